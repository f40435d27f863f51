package io.blockwork.train;

import io.blockwork.LayerInfo;
import io.blockwork.Network;
import io.blockwork.data.DataLoader;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.io.SafeText;
import java.util.OptionalInt;

/**
 * Whether a network can run on the batches of a loader: the full ones, and what is left for the
 * last one.
 *
 * @param network for images of the loader's size
 * @param which of a training's data it is, for messages
 * @param loader of the data
 * @param together batches that go through the network as one
 */
record BatchChecks(Network network, String which, DataLoader loader, int together) {
  /** Images that go through the network at once. */
  private long full() {
    return Math.min(items(), (long) loader.batchSize() * together);
  }

  /** Those of the last time. */
  private long last() {
    long rest = items() % full();
    return rest == 0 ? full() : rest;
  }

  private long items() {
    return loader.dropsLast()
        ? (long) loader.batches() * loader.batchSize()
        : loader.dataset().size();
  }

  /**
   * Checks the number of images, if the network is for one alone.
   *
   * @throws IllegalArgumentException if there is another
   */
  void requireNumber() {
    OptionalInt only = network.architecture().batch();
    if (only.isEmpty() || items() == 0) {
      return;
    }
    boolean each = full() != only.getAsInt();
    if (each || last() != only.getAsInt()) {
      throw new IllegalArgumentException(
          SafeText.format(
                  "%s: its ONNX file fixes the number of images at %d, but %s data has %d (%s)",
                  network.architecture().name(),
                  only.getAsInt(),
                  (each ? "a batch of the " : "the last batch of the ") + which,
                  each ? full() : last(),
                  loader)
              + "\n  fix: "
              + (each
                  ? SafeText.format("batchSize(%d) with dropLast(true)", only.getAsInt())
                  : "dropLast(true)")
              + ", or export the model with a dynamic batch axis");
    }
  }

  /**
   * Checks what batch norms learn from: they need two values a channel, and an image of 1x1 pixels
   * has one.
   *
   * @throws IllegalArgumentException if there is less for one of them that is not frozen
   */
  void requireValuesForNorms() {
    if (items() == 0 || last() > 1) {
      return;
    }
    boolean each = full() == 1;
    var frozen = new TrainingSettings(false, network.frozen(), 0);
    network.architecture().layers().stream()
        .filter(layer -> isNormOfOnePixel(layer) && !frozen.isFrozen(layer.path()))
        .findFirst()
        .ifPresent(
            layer -> {
              throw new IllegalArgumentException(
                  SafeText.format(
                          "%s: a batch norm over maps of 1x1 pixels cannot train on one image, and"
                              + " %s (%s)",
                          layer.path(),
                          each ? "each batch has one" : "the last batch has one",
                          loader)
                      + "\n  fix: "
                      + (each
                          ? "use a larger batch, or freeze the layer"
                          : "dropLast(true), another batch size, or freeze the layer"));
            });
  }

  private static boolean isNormOfOnePixel(LayerInfo layer) {
    return layer.type().equals("BatchNorm2d")
        && layer.output().subList(1, layer.output().size()).stream().allMatch(size -> size == 1);
  }
}
