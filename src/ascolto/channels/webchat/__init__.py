"""The chat on a client's site: its public interface, its event stream, the pages it lives on."""
