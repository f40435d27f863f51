package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Prints a line for each epoch that has ended, validation's figures first: what a {@link Trainer}
 * shows where there is no terminal.
 */
public final class EpochLines implements TrainingListener {
  private final PrintStream out;
  private int epochs;

  /**
   * Lines on a stream.
   *
   * @param out any: a file as well as a terminal
   */
  public EpochLines(PrintStream out) {
    Objects.requireNonNull(out, "out");
    this.out = out;
  }

  @Override
  public void onStart(Start start) {
    epochs = start.epochs();
  }

  @Override
  public void onNote(String text) {
    out.println(text);
    out.flush();
  }

  @Override
  public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
    EpochResult epoch = history.last().orElseThrow();
    out.println(
        name(epoch.epoch(), epochs)
            + ": "
            + epoch.validation().map(m -> "validation " + m + "; ").orElse("")
            + String.format(
                Locale.ROOT,
                "training %s; rate %.4g, %.0f images/s",
                epoch.training(),
                epoch.learningRate(),
                epoch.imagesPerSecond()));
    out.flush();
  }

  /** An epoch's name, of the same length for each: {@code epoch 3/10}. */
  static String name(int epoch, int epochs) {
    int digits = Integer.toString(epochs).length();
    return SafeText.format("epoch %" + digits + "d/%d", epoch, epochs);
  }
}
