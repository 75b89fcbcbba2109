import { Fragment } from "react";
import { parts, type Block, type Words } from "./marks";

/** An answer as it went out: its marks shown, never as HTML that somebody wrote. */
export function Marked({ text }: { text: string }) {
  return (
    <div className="bubble-text marked">
      <Blocks blocks={parts(text)} />
    </div>
  );
}

function Blocks({ blocks }: { blocks: readonly Block[] }) {
  return blocks.map((block, at) => {
    if (block.kind === "blockquote") {
      return (
        <blockquote key={at}>
          <Blocks blocks={block.blocks} />
        </blockquote>
      );
    }
    if (block.kind === "p") {
      return (
        <p key={at}>
          {block.lines.map((line, number) => (
            <Fragment key={number}>
              {number > 0 && <br />}
              <Line words={line} />
            </Fragment>
          ))}
        </p>
      );
    }
    const items = block.items.map((item, number) => (
      <li key={number}>
        <Line words={item} />
      </li>
    ));
    if (block.kind === "ul") return <ul key={at}>{items}</ul>;
    return (
      <ol key={at} start={block.start}>
        {items}
      </ol>
    );
  });
}

function Line({ words }: { words: readonly Words[] }) {
  return words.map((one, at) => {
    if (typeof one === "string") return <Fragment key={at}>{one}</Fragment>;
    if (one.mark === "a") {
      return (
        <a key={at} href={one.href} target="_blank" rel="noopener noreferrer">
          <Line words={one.words} />
        </a>
      );
    }
    const Mark = one.mark;
    return (
      <Mark key={at}>
        <Line words={one.words} />
      </Mark>
    );
  });
}
