package io.blockwork.train;

import io.blockwork.ModelCard;
import io.blockwork.io.SafeText;
import io.blockwork.weights.Weights;
import io.blockwork.weights.WeightsException;
import java.util.List;
import java.util.Optional;

/**
 * The classes that weights were trained on. A training run writes them into the metadata of its
 * checkpoints, so that whoever predicts with these weights need not rely on a folder to have the
 * same classes in the same order.
 */
public final class TrainedClasses {
  private TrainedClasses() {}

  /**
   * The names of the classes by label.
   *
   * @param weights a checkpoint of a {@link Trainer}
   * @return empty if the file does not tell
   * @throws WeightsException if what it tells is damaged
   */
  public static Optional<List<String>> of(Weights weights) {
    return Optional.of(ModelCard.of(weights).classNames()).filter(names -> !names.isEmpty());
  }

  /** For people: what differs between two lists of classes. */
  static String comparison(String first, List<String> a, String second, List<String> b) {
    int width = Math.max(first.length(), second.length()) + 2;
    return "\n  " + pad(first + ":", width) + line(a) + "\n  " + pad(second + ":", width) + line(b);
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  static String line(List<String> names) {
    int shown = 10;
    String text = SafeText.of(String.join(", ", names.subList(0, Math.min(shown, names.size()))));
    return names.size() > shown ? text + ", ... (" + names.size() + " classes)" : text;
  }
}
