package io.blockwork.train;

/**
 * How well a network did on some images.
 *
 * @param loss mean over the images
 * @param top1 part of the images whose class has the largest output, 0 to 1
 * @param top5 part of the images whose class is among the five largest outputs, 0 to 1
 * @param images number of images
 */
public record Metrics(double loss, double top1, double top5, long images) {
  /** For people: {@code loss 0.8327, top-1 81.35 %, top-5 98.90 %}. */
  @Override
  public String toString() {
    return String.format(
        java.util.Locale.ROOT,
        "loss %.4f, top-1 %.2f %%, top-5 %.2f %%",
        loss,
        100 * top1,
        100 * top5);
  }
}
