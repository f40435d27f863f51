package io.blockwork.train;

import io.blockwork.io.SafeText;
import io.blockwork.loss.AuxiliaryLoss;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * How well a network did on some images.
 *
 * @param loss of the main output, mean over the images
 * @param top1 part of the images whose class has the largest output, 0 to 1; NaN if images have no
 *     single class
 * @param top5 part of the images whose class is among the five largest outputs, 0 to 1; NaN if
 *     there are at most five classes, of which it would say nothing
 * @param images number of images
 * @param auxiliary losses of auxiliary outputs, means over the images; none where the network ran
 *     inference, which does not compute them
 * @param values of each {@link Metric} by its name, in order; none of training passes
 */
public record Metrics(
    double loss,
    double top1,
    double top5,
    long images,
    List<AuxiliaryLoss> auxiliary,
    Map<String, Double> values)
    implements Serializable {
  /** Copies list and map. */
  public Metrics {
    Objects.requireNonNull(auxiliary, "auxiliary");
    Objects.requireNonNull(values, "values");
    auxiliary = List.copyOf(auxiliary);
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** Metrics without values of further ones. */
  public Metrics(
      double loss, double top1, double top5, long images, List<AuxiliaryLoss> auxiliary) {
    this(loss, top1, top5, images, auxiliary, Map.of());
  }

  /** Metrics without auxiliary outputs. */
  public Metrics(double loss, double top1, double top5, long images) {
    this(loss, top1, top5, images, List.of());
  }

  /**
   * The means over the images of both; auxiliary outputs, which validation has none of, are left.
   *
   * @throws IllegalArgumentException if there are further metrics, which are no means
   */
  Metrics plus(Metrics other) {
    if (!values.isEmpty() || !other.values.isEmpty()) {
      throw new IllegalArgumentException(
          "metrics over all images cannot be added up from parts: " + values.keySet());
    }
    long all = images + other.images;
    double own = (double) images / Math.max(1, all);
    double others = (double) other.images / Math.max(1, all);
    return new Metrics(
        own * loss + others * other.loss,
        own * top1 + others * other.top1,
        own * top5 + others * other.top5,
        all,
        auxiliary);
  }

  /** The same with the values of further metrics. */
  Metrics with(Map<String, Double> further) {
    return new Metrics(loss, top1, top5, images, auxiliary, further);
  }

  /** The value of a {@link Metric} by its name; empty if it was not asked for. */
  public OptionalDouble value(String metric) {
    Objects.requireNonNull(metric, "metric");
    Double value = values.get(metric);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** What is minimised in training: {@link #loss}, plus the weighted losses of other outputs. */
  public double total() {
    return AuxiliaryLoss.total(loss, auxiliary);
  }

  /** What the loss of an auxiliary output came to; empty if it had none. */
  public Optional<AuxiliaryLoss> lossOf(String output) {
    Objects.requireNonNull(output, "output");
    return auxiliary.stream().filter(each -> each.output().equals(output)).findFirst();
  }

  /**
   * The losses for people: {@code loss 0.8327}, with auxiliary outputs {@code loss 0.8327, aux1
   * 0.9051}.
   */
  public String losses() {
    return String.format(Locale.ROOT, "loss %.4f", loss)
        + auxiliary.stream()
            .map(each -> String.format(Locale.ROOT, ", %s %.4f", each.output(), each.loss()))
            .collect(Collectors.joining());
  }

  /**
   * For people: {@code loss 0.8327, top-1 81.35 %, top-5 98.90 %}; top-1 with one class for each
   * image, top-5 with more than five classes, and further metrics as they are: {@code mAP 0.7125}.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(losses());
    if (!Double.isNaN(top1)) {
      text.append(String.format(Locale.ROOT, ", top-1 %.2f %%", 100 * top1));
    }
    if (!Double.isNaN(top5)) {
      text.append(String.format(Locale.ROOT, ", top-5 %.2f %%", 100 * top5));
    }
    values.forEach((name, value) -> text.append(SafeText.format(", %s %.4g", name, value)));
    return text.toString();
  }
}
