package io.blockwork.train;

import io.blockwork.io.FileException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of one training run. What one of them throws goes to the log, the first time, and
 * the training goes on: nobody wants to lose a night's work to a picture that cannot be drawn.
 */
final class Listeners {
  private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

  private final List<TrainingListener> all;
  private final Set<TrainingListener> failed = Collections.newSetFromMap(new IdentityHashMap<>());

  Listeners(List<TrainingListener> all) {
    this.all = List.copyOf(all);
  }

  /**
   * A log that cannot be written is an error as long as nothing is lost by it.
   *
   * @throws UncheckedIOException if a listener throws it, and likewise {@link FileException}
   */
  void start(TrainingListener.Start start) {
    for (TrainingListener listener : all) {
      try {
        listener.onStart(start);
      } catch (CancellationException | UncheckedIOException | FileException e) {
        throw e;
      } catch (RuntimeException | Error e) {
        tell(listener, e);
      }
    }
  }

  void step(TrainingListener.Step step) {
    call(listener -> listener.onStep(step));
  }

  void validating(TrainingListener.Validating validating) {
    call(listener -> listener.onValidating(validating));
  }

  void note(String text) {
    call(listener -> listener.onNote(text));
  }

  void validation(long step, Evaluation evaluation) {
    call(listener -> listener.onValidation(step, evaluation));
  }

  void epoch(TrainingHistory history, Optional<Evaluation> evaluation) {
    call(listener -> listener.onEpoch(history, evaluation));
  }

  void end() {
    call(TrainingListener::onEnd);
  }

  private void call(Consumer<TrainingListener> event) {
    for (TrainingListener listener : all) {
      try {
        event.accept(listener);
      } catch (CancellationException e) {
        throw e;
      } catch (RuntimeException | Error e) {
        // An Error too: charts without fonts end in a NoClassDefFoundError.
        tell(listener, e);
      }
    }
  }

  private void tell(TrainingListener listener, Throwable failure) {
    if (failed.add(listener)) {
      LOG.warn(
          "{} failed; training continues, and further failures of this listener are not reported",
          listener.getClass().getName(),
          failure);
    }
  }
}
