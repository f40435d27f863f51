package io.blockwork.examples.quickstart;

import io.blockwork.io.SafeText;
import io.blockwork.io.Terminal;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The progress of one epoch: a bar where there is a terminal, else a line at the end. */
final class EpochBar implements AutoCloseable {
  private final String name;
  private final Optional<ProgressBar> bar;

  private EpochBar(String name, Optional<ProgressBar> bar) {
    this.name = name;
    this.bar = bar;
  }

  static EpochBar start(int epoch, int epochs, int batches) {
    String name = SafeText.format("epoch %2d of %d", epoch, epochs);
    if (!Terminal.isThere()) {
      return new EpochBar(name, Optional.empty());
    }
    ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(batches)
            .setStyle(ProgressBarStyle.ASCII)
            .hideEta()
            .build();
    return new EpochBar(name, Optional.of(bar));
  }

  /** One batch is done. */
  void step(String message) {
    bar.ifPresent(b -> b.setExtraMessage(" " + message).step());
  }

  /** The epoch is done. */
  void finish(String message) {
    bar.ifPresentOrElse(
        b -> b.setExtraMessage(" " + message), () -> System.out.println(name + "  " + message));
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
