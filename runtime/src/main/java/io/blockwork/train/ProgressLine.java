package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * Shows on a terminal what goes on, in a line that fits its width: what the last validation found,
 * top-1 accuracy and loss of the epoch so far, then how much of it is done, images a second and the
 * time left. Validation has a line of its own, and each epoch that has ended leaves that of {@link
 * EpochLines}.
 */
public final class ProgressLine implements TrainingListener {
  private static final int REDRAW_MILLIS = 200;

  private final PrintStream out;
  private final EpochLines lines;
  private int epochs;
  private long images;
  private String validated = "";
  private Optional<ProgressBar> bar = Optional.empty();
  private boolean validating;

  /**
   * A line on a stream.
   *
   * @param out a terminal
   */
  public ProgressLine(PrintStream out) {
    Objects.requireNonNull(out, "out");
    this.out = out;
    this.lines = new EpochLines(out);
  }

  @Override
  public void onStart(Start start) {
    epochs = start.epochs();
    images = start.imagesPerEpoch();
    lines.onStart(start);
    start.history().last().flatMap(EpochResult::validation).ifPresent(this::keep);
  }

  @Override
  public void onNote(String text) {
    closeBar();
    lines.onNote(text);
  }

  @Override
  public void onStep(Step step) {
    long done = step.soFar().images();
    show(false, EpochLines.name(step.epoch(), epochs), done, images);
    bar.ifPresent(b -> b.setExtraMessage(validated + "train " + figures(step.soFar())));
  }

  @Override
  public void onValidating(Validating now) {
    show(true, EpochLines.name(now.epoch(), epochs) + " validating", now.images(), now.of());
  }

  @Override
  public void onValidation(long step, Evaluation evaluation) {
    keep(evaluation.metrics());
  }

  @Override
  public void onEpoch(TrainingHistory history, Optional<Evaluation> evaluation) {
    closeBar();
    evaluation.map(Evaluation::metrics).ifPresent(this::keep);
    lines.onEpoch(history, evaluation);
  }

  @Override
  public void onEnd() {
    closeBar();
  }

  private void keep(Metrics metrics) {
    validated = "val " + figures(metrics) + "  ";
  }

  private static String figures(Metrics metrics) {
    return (Double.isNaN(metrics.top1()) ? "" : SafeText.format("%.2f %% ", 100 * metrics.top1()))
        + SafeText.format("%.4f", metrics.loss());
  }

  /** Time counts from the first call of a kind on, so that a rate is of training alone. */
  private void show(boolean validation, String name, long done, long of) {
    if (bar.isEmpty() || validating != validation) {
      closeBar();
      validating = validation;
      bar = Optional.of(start(name, done, of));
    }
    bar.ifPresent(b -> b.stepTo(done));
  }

  private ProgressBar start(String name, long done, long of) {
    return new ProgressBarBuilder()
        .setTaskName(name)
        .setInitialMax(of)
        .startsFrom(done, Duration.ZERO)
        .setUpdateIntervalMillis(REDRAW_MILLIS)
        .setConsumer(new Overwritten(out))
        .clearDisplayOnFinish()
        .setRenderer(
            (state, width) ->
                new ProgressText(
                        state.getTaskName(),
                        Optional.ofNullable(state.getExtraMessage()).orElse("").strip(),
                        state.getCurrent(),
                        of,
                        state.getCurrent() - state.getStart(),
                        state.getElapsedAfterStart())
                    .padded(width))
        .build();
  }

  /** Leaves no line behind: {@link EpochLines} writes where it stood. */
  private static final class Overwritten extends ConsoleProgressBarConsumer {
    private final PrintStream out;

    Overwritten(PrintStream out) {
      super(out);
      this.out = out;
    }

    @Override
    public void close() {
      out.flush();
    }
  }

  private void closeBar() {
    bar.ifPresent(ProgressBar::close);
    bar = Optional.empty();
  }
}
