package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.io.PrintStream;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a bar for each epoch, with images a second, the time left and the loss. */
public final class ProgressLine implements TrainingListener {
  private static final int REDRAW_MILLIS = 200;

  private final PrintStream out;
  private int epochs;
  private long images;
  private Optional<ProgressBar> bar = Optional.empty();

  /**
   * A bar on a stream.
   *
   * @param out a terminal
   */
  public ProgressLine(PrintStream out) {
    this.out = out;
  }

  @Override
  public void onStart(Start start) {
    epochs = start.epochs();
    images = start.imagesPerEpoch();
  }

  @Override
  public void onStep(Step step) {
    if (bar.isEmpty()) {
      bar = Optional.of(bar(SafeText.format("epoch %d/%d", step.epoch() + 1, epochs)));
    }
    ProgressBar shown = bar.get();
    shown.stepTo(step.soFar().images());
    shown.setExtraMessage(" " + step.soFar().losses());
  }

  private ProgressBar bar(String name) {
    return new ProgressBarBuilder()
        .setTaskName(name)
        .setInitialMax(images)
        .setUnit(" images", 1)
        .showSpeed()
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(REDRAW_MILLIS)
        .setConsumer(new ConsoleProgressBarConsumer(out))
        .build();
  }

  @Override
  public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
    EpochResult epoch = history.last().orElseThrow();
    String validation = epoch.validation().map(m -> "; validation " + m).orElse("");
    bar.ifPresent(b -> b.setExtraMessage(" " + epoch.training().losses() + validation));
    closeBar();
  }

  @Override
  public void onEnd() {
    closeBar();
  }

  private void closeBar() {
    bar.ifPresent(ProgressBar::close);
    bar = Optional.empty();
  }
}
