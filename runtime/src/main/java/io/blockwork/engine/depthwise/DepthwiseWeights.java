package io.blockwork.engine.depthwise;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * How a layer's weights lie in memory: for each vector of channels its biases, then its weights tap
 * by tap. If the channels are not whole vectors, the last one overlaps its neighbour.
 *
 * @param filter of each channel
 * @param lanes channels of a vector
 * @param channels of the layer, at least a vector
 */
public record DepthwiseWeights(Filter filter, int lanes, int channels) {
  /** What tells it from others. */
  public List<Object> key() {
    return List.of(filter.key(), lanes, channels);
  }

  private int vectors() {
    return (channels + lanes - 1) / lanes;
  }

  /** How many floats there are. */
  public int length() {
    return vectors() * (1 + filter.taps()) * lanes;
  }

  /**
   * Writes them.
   *
   * @param plain weights as {@code [channels, side, side]}
   * @param bias one for each channel
   * @param to {@link #length} floats
   */
  public void fill(float[] plain, float[] bias, FloatBuffer to) {
    int taps = filter.taps();
    float[] vector = new float[(1 + taps) * lanes];
    for (int v = 0; v < vectors(); v++) {
      int first = Math.min(v * lanes, channels - lanes);
      System.arraycopy(bias, first, vector, 0, lanes);
      for (int lane = 0; lane < lanes; lane++) {
        int from = (first + lane) * taps;
        for (int tap = 0; tap < taps; tap++) {
          vector[(1 + tap) * lanes + lane] = plain[from + tap];
        }
      }
      to.put(v * vector.length, vector);
    }
  }
}
