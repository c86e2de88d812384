package io.baton.admin;

import java.util.List;
import java.util.Optional;

/**
 * The processes around this one, as whoever started it knows them, and the orders it takes. Thread-safe; each call may wait for an answer, but
 * no longer than seconds.
 */
public interface LineageDesk {

    /** For a process that nobody supervises. */
    LineageDesk NONE = new LineageDesk() {
        @Override
        public Optional<String> status() {
            return Optional.empty();
        }

        @Override
        public List<String> history(int most) {
            return List.of();
        }

        @Override
        public String upgrade() {
            return NOBODY;
        }

        @Override
        public String rollBack() {
            return NOBODY;
        }
    };

    /** What an order gets when there is nobody to give it to. */
    String NOBODY = "refused: this process has no supervisor (baton run), which alone could do that";

    /** What {@code baton status --json} prints; empty without a supervisor that answers. */
    Optional<String> status();

    /** The newest {@code most} hot restarts in the journal, each as {@code baton history --json} prints it, oldest first. */
    List<String> history(int most);

    /** Orders a hot restart with the config read again. What became of it, in words. Waits for its end. */
    String upgrade();

    /** Undoes a hot restart that is not committed. What became of it, in words. */
    String rollBack();
}
