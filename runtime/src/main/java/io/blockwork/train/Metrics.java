package io.blockwork.train;

import io.blockwork.loss.AuxiliaryLoss;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How well a network did on some images.
 *
 * @param loss of the main output, mean over the images
 * @param top1 part of the images whose class has the largest output, 0 to 1
 * @param top5 part of the images whose class is among the five largest outputs, 0 to 1; NaN if
 *     there are at most five classes, of which it would say nothing
 * @param images number of images
 * @param auxiliary losses of auxiliary outputs, means over the images; none where the network ran
 *     inference, which does not compute them
 */
public record Metrics(
    double loss, double top1, double top5, long images, List<AuxiliaryLoss> auxiliary)
    implements Serializable {
  /** Copies the list. */
  public Metrics {
    Objects.requireNonNull(auxiliary, "auxiliary");
    auxiliary = List.copyOf(auxiliary);
  }

  /** Metrics without auxiliary outputs. */
  public Metrics(double loss, double top1, double top5, long images) {
    this(loss, top1, top5, images, List.of());
  }

  /**
   * The means over the images of both; auxiliary outputs, which validation has none of, are left.
   */
  Metrics plus(Metrics other) {
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
   * For people: {@code loss 0.8327, top-1 81.35 %, top-5 98.90 %}; top-5 with more than five
   * classes only.
   */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s, top-1 %.2f %%", losses(), 100 * top1)
        + (Double.isNaN(top5) ? "" : String.format(Locale.ROOT, ", top-5 %.2f %%", 100 * top5));
  }
}
