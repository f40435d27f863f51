package io.blockwork.engine;

import java.nio.FloatBuffer;

/** Sees what the layers of an inference pass write. */
@FunctionalInterface
public interface ActivationObserver {
  /**
   * A layer has run.
   *
   * @param key tells the layer and what is fused into it from all others of the network: its path,
   *     a space, and more; {@link Quantization#INPUT} for the images
   * @param path the layer's module name
   * @param channels of the values
   * @param values row-major {@code [N, C, H, W]}; valid during the call
   */
  void observe(String key, String path, int channels, FloatBuffer values);
}
