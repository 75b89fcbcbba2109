"""The compiled week against a published simulator, Erlang's formulas and the routing engine."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ascolto.cli import main
from ascolto.workforce.simulating import loop
from ascolto.workforce.simulating.production import live_through
from ascolto.workforce.simulating.replications import mean_of, ratio_of, report, simulate, student
from ascolto.workforce.simulating.scenario import Scenario, ScenarioError, read_scenario
from ascolto.workforce.staffing.erlang import impatient


def scenario(**told: Any) -> Scenario:
    return read_scenario(json.dumps(told))


def one_queue(**changes: Any) -> dict[str, Any]:
    queue = {"id": "a", "arrivals": [4.2 * 480], "service": {"mean_s": 120.0}, **changes}
    group = {"id": "g", "people": [12], "queues": ["a"]}
    return {"period_s": 28800, "queues": [queue], "groups": [group]}


# MMC, MMCAb and SimpleMSK are examples of umontreal-simul/contactcenters (doc/examples,
# Apache-2.0): their figures below are the 95 % intervals of its own 1,000 days.
def three_skills() -> dict[str, Any]:
    rates = ((4.2, 5.3, 3.2), (5.1, 4.3, 4.8), (6.3, 5.2, 4.8))
    queues = [
        {
            "id": str(k),
            "arrivals": [120 * rate for rate in rates[k]],
            "service": {"mean_s": [60 / rate for rate in (0.5, 0.6, 0.4)]},
            "patience_s": [60 / rate for rate in (0.3, 0.4, 0.2)],
        }
        for k in range(3)
    ]
    return {
        "period_s": 7200,
        "busyness_cv": 28.7**-0.5,
        "occupancy_until": "last_answer",
        "queues": queues,
        "groups": [
            {"id": "first", "people": [12, 18, 9, 9], "queues": ["1", "0"]},
            {"id": "second", "people": [15, 20, 11, 11], "queues": ["2", "1"]},
        ],
    }


def test_a_day_of_waiting_calls_is_served_as_in_the_published_example() -> None:
    total = report(simulate(scenario(**one_queue()), runs=4000, seed=3))["total"]
    assert 0.900 <= total["service_level"]["mean"] <= 0.904
    assert 5.82 <= total["asa_s"]["mean"] <= 6.12


def test_a_day_of_impatient_calls_is_served_as_in_the_published_example() -> None:
    total = report(simulate(scenario(**one_queue(patience_s=60.0)), runs=4000, seed=3))["total"]
    assert 57.660 <= total["abandoned"]["mean"] <= 59.558
    assert 1903.785 <= total["answered_in_target"]["mean"] <= 1908.231
    assert 0.9675 <= total["service_level"]["mean"] <= 0.9695


def test_three_skills_and_two_groups_are_served_as_in_the_published_example() -> None:
    found = report(simulate(scenario(**three_skills()), runs=4000, seed=3))
    total = found["total"]
    assert 4270.150 <= total["answered"]["mean"] <= 4324.460
    assert 876.133 <= total["abandoned"]["mean"] <= 944.537
    assert 0.494 <= total["service_level"]["mean"] <= 0.509
    assert 0.877 <= found["groups"]["first"]["occupancy"]["mean"] <= 0.884


def steady() -> Scenario:
    hours = 60
    return scenario(
        period_s=3600 * hours,
        warm_up_s=3600 * 4,
        queues=[
            {
                "id": "a",
                "arrivals": [600 * hours],
                "service": {"mean_s": 300.0},
                "patience_s": 240.0,
                "target_s": 20.0,
            }
        ],
        groups=[{"id": "g", "people": [48], "queues": ["a"]}],
    )


@pytest.mark.parametrize(("live", "runs"), [(simulate, 60), (live_through, 3)])
def test_after_the_warm_up_both_ways_agree_with_erlang_a(live: Any, runs: int) -> None:
    found = live(steady(), runs=runs, seed=11)
    theory = impatient(50.0, 48, aht_s=300.0, target_s=20.0, patience_s=240.0)
    counts = found.counts.sum(axis=(1, 2))
    busy = ratio_of(found.used[:, 0, loop.BUSY_S], found.used[:, 0, loop.STAFFED_S])
    left = ratio_of(counts[:, loop.LEFT], counts[:, loop.OFFERED])
    for figure, true in ((busy, theory.occupancy), (left, theory.abandoned)):
        # Half the interval over Student's quantile is the standard error.
        error = (figure.high - figure.mean) / student(0.95, runs - 1)
        assert abs(figure.mean - true) <= 3.5 * error


def test_the_compiled_week_and_the_routing_engine_agree_on_shared_skills() -> None:
    told = three_skills() | {"busyness_cv": 0.0}
    # Nobody is asked first here: the engine asks the longest idle, which two equal halves also are.
    told["groups"] = [{"id": "all", "people": [27, 38, 20, 20], "queues": ["0", "1", "2"]}]
    fast = simulate(scenario(**told), runs=300, seed=1)
    real = live_through(scenario(**told), runs=6, seed=2)
    for what in (loop.ANSWERED, loop.LEFT, loop.IN_TARGET):
        a = mean_of(fast.counts[..., what].sum(axis=(1, 2)))
        b = mean_of(real.counts[..., what].sum(axis=(1, 2)))
        error = np.hypot((a.high - a.mean) / 1.96, (b.high - b.mean) / student(0.95, 5))
        assert abs(a.mean - b.mean) <= 4 * error


def test_a_ring_that_opens_later_keeps_the_second_circle_out_until_then() -> None:
    told = one_queue(patience_s=600.0)
    told["groups"] = [
        {"id": "first", "people": [2], "queues": ["a"], "levels": {"a": 3}},
        {"id": "second", "people": [40], "queues": ["a"]},
    ]
    rings = {"rings": [{"after_s": 0, "level": 3}, {"after_s": 30, "level": 1}]}
    open_at_once = report(live_through(scenario(**told), runs=1))["total"]["asa_s"]["mean"]
    told["queues"][0]["policy"] = rings
    opens_later = report(live_through(scenario(**told), runs=1))["total"]["asa_s"]["mean"]
    assert open_at_once < 1.0
    assert 20.0 < opens_later < 30.0


def test_every_arrival_is_answered_gives_up_or_is_left_waiting() -> None:
    told = one_queue(patience_s=90.0)
    told["groups"][0]["people"] = [9, 0]
    counts = simulate(scenario(**told), runs=20, seed=5).counts.sum(axis=(1, 2))
    ended = counts[:, loop.ANSWERED] + counts[:, loop.LEFT] + counts[:, loop.NEVER]
    assert (counts[:, loop.OFFERED] == ended).all()
    told["queues"][0]["patience_s"] = None
    counts = simulate(scenario(**told), runs=20, seed=5).counts.sum(axis=(1, 2))
    assert counts[:, loop.NEVER].max() > 0
    assert (counts[:, loop.OFFERED] == counts[:, loop.ANSWERED] + counts[:, loop.NEVER]).all()


@pytest.mark.parametrize("people", [[9, 0], [0, 0]])
@pytest.mark.parametrize("live", [simulate, live_through])
def test_who_waits_for_people_that_never_come_ends_the_day_waiting(
    live: Any, people: list[int]
) -> None:
    told = one_queue(patience_s=None)
    told["queues"][0]["arrivals"] = [20, 20]
    told["groups"][0]["people"] = people
    counts = live(scenario(**told), runs=2, seed=5).counts.sum(axis=(1, 2))
    assert counts[:, loop.NEVER].min() > 0
    assert (counts[:, loop.OFFERED] == counts[:, loop.ANSWERED] + counts[:, loop.NEVER]).all()


def test_the_same_seed_lives_the_same_week() -> None:
    told = scenario(**three_skills())
    first, second = (simulate(told, runs=5, seed=9).counts for _ in range(2))
    assert (first == second).all()
    assert (first != simulate(told, runs=5, seed=10).counts).any()


def test_students_quantiles_are_those_of_the_tables() -> None:
    assert student(0.95, 4) == pytest.approx(2.776, rel=0.003)
    assert student(0.95, 9) == pytest.approx(2.262, rel=0.001)
    assert student(0.95, 1000) == pytest.approx(1.962, rel=0.001)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"period_s": -1}, "period_s"),
        ({"period_s": "an hour"}, "period_s"),
        ({"warm_up_s": 28800}, "warm_up_s"),
        ({"colour": "red"}, "colour"),
        ({"preference": {"a": ["x"]}}, "preference of a"),
        ({"groups": [{"id": "g", "people": [1, 2, 3], "queues": ["a"]}]}, "3 values for 1 periods"),
        ({"groups": [{"id": "g", "people": [1], "queues": ["b"]}]}, "no queue b"),
    ],
)
def test_a_scenario_that_cannot_be_says_which_field(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        scenario(**(one_queue() | change))


def test_the_command_prints_figures_with_their_intervals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "scenario.json"
    path.write_text(json.dumps(one_queue()))
    assert main(["workforce", "simulate", str(path), "--runs", "20", "--json"]) == 0
    level = json.loads(capsys.readouterr().out)["total"]["service_level"]
    assert level["low"] < level["mean"] < level["high"]
    path.write_text("{")
    assert main(["workforce", "simulate", str(path)]) == 2
    assert "line 1" in capsys.readouterr().err
