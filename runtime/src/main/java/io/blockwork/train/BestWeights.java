package io.blockwork.train;

import io.blockwork.io.SafeText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The files of the best weights of a training run: {@code best.safetensors}, and if several are
 * kept, each in {@code best-step-N.safetensors} too.
 *
 * <p>Files are written before the checkpoint that tells of them. If a process is killed in between,
 * it validates the same weights again when it goes on, and writes the same files again.
 */
final class BestWeights {
  private static final String BEST = CheckpointStore.BEST;

  private final CheckpointStore store;
  private final int count;
  private final Score score;

  /** The best first. */
  private final List<Kept> kept = new ArrayList<>();

  private record Kept(double score, String file) {}

  /**
   * @param store where they are kept
   * @param count of the weights to keep, at least 1
   * @param score what is to be best
   */
  BestWeights(CheckpointStore store, int count, Score score) {
    this.store = store;
    this.count = count;
    this.score = score;
  }

  /**
   * Keeps the weights if they are among the best.
   *
   * @param evaluation of them
   * @param steps after which they were validated
   * @param write writes them to the store, under a name
   */
  void offer(Evaluation evaluation, int steps, Consumer<String> write) {
    double value = score.of().applyAsDouble(evaluation);
    int place = 0;
    while (place < kept.size() && !score.isBetter(value, kept.get(place).score())) {
      place++;
    }
    if (place >= count || Double.isNaN(value)) {
      return;
    }
    if (place == 0) {
      write.accept(BEST);
    }
    String file = count == 1 ? BEST : SafeText.format(CheckpointStore.BEST_STEP, steps);
    if (count > 1) {
      write.accept(file);
    }
    kept.add(place, new Kept(value, file));
    if (kept.size() > count) {
      String last = kept.remove(count).file();
      if (!last.equals(file) && !last.equals(BEST)) {
        store.delete(last);
      }
    }
  }

  /** What a checkpoint keeps of this. */
  String encode() {
    StringBuilder text = new StringBuilder(score.name()).append('\n');
    kept.forEach(k -> text.append(k.score()).append(' ').append(k.file()).append('\n'));
    return text.toString();
  }

  /**
   * Goes on from what a checkpoint kept. Scores of another kind say nothing about this one's, and
   * are forgotten.
   */
  void decode(String text) {
    kept.clear();
    List<String> lines = text.lines().toList();
    if (!lines.isEmpty() && lines.get(0).equals(score.name())) {
      for (String line : lines.subList(1, lines.size())) {
        String[] parts = line.split(" ", 2);
        kept.add(new Kept(Double.parseDouble(parts[0]), parts[1]));
      }
    }
  }

  /** Goes on from a checkpoint of an earlier version, which kept one file, by top-1 accuracy. */
  void decode(TrainingHistory history) {
    kept.clear();
    if (score.equals(Score.TOP1)) {
      history
          .best()
          .ifPresent(epoch -> kept.add(new Kept(epoch.validation().orElseThrow().top1(), BEST)));
    }
  }
}
