"""The schema, as numbered SQL files: `NNNN_room_what.sql`, applied once, in order."""
