package io.blockwork.engine.winograd;

import io.blockwork.engine.winograd.WinogradConvolution.Clip;
import io.blockwork.engine.winograd.WinogradConvolution.Problem;
import io.blockwork.engine.x86.CheckMemory;
import io.blockwork.engine.x86.VectorSet;
import java.nio.FloatBuffer;

/** A Winograd convolution with the values of a direct one, in guarded memory. */
final class BoundWinograd implements AutoCloseable {
  private static final int BLOCK = 16;

  private final DirectConvolution direct;
  private final boolean blocked;
  private final Guarded source;
  private final Guarded target;
  private final Guarded weights;
  private final Guarded transformed;
  private final Guarded bias;
  private final Guarded zeros;
  private final Guarded scratch;
  private final TileTables tables = new TileTables();
  private final WinogradConvolution convolution;

  /** How it is computed. */
  record Way(
      VectorSet vectors,
      Tile tile,
      int threads,
      boolean blocked,
      boolean sum,
      Clip clip,
      boolean guardAtEnd) {}

  BoundWinograd(DirectConvolution direct, Way way) {
    this.direct = direct;
    this.blocked = way.blocked();
    source = new Guarded(direct.images.length, way.guardAtEnd());
    target = new Guarded(direct.before.length, way.guardAtEnd());
    weights = new Guarded(direct.weights.length, way.guardAtEnd());
    bias = new Guarded(direct.bias.length, way.guardAtEnd());
    weights.floats().put(direct.weights);
    bias.floats().put(direct.bias);
    var checks = new CheckMemory();
    convolution =
        WinogradConvolution.bind(
                new Problem(
                    way.tile(),
                    direct.batch,
                    direct.in,
                    direct.out,
                    direct.height,
                    direct.width,
                    direct.outputHeight(),
                    direct.outputWidth(),
                    direct.padding,
                    direct.padding,
                    way.sum(),
                    way.clip(),
                    direct.turned),
                way.vectors(),
                way.threads(),
                pixels(source, direct.in, direct.height, direct.width),
                pixels(target, direct.out, direct.outputHeight(), direct.outputWidth()),
                checks)
            .orElseThrow();
    checks.close();
    transformed = new Guarded(floats(convolution.weights().bytes()), way.guardAtEnd());
    try (var transform = WinogradWeights.of(convolution.weights(), way.threads())) {
      transform.run(weights.address(), transformed.address());
    }
    zeros = new Guarded(floats(convolution.zeroBytes()), way.guardAtEnd());
    scratch = new Guarded(floats(convolution.scratchBytes()), way.guardAtEnd());
    convolution.share(tables, zeros.address(), scratch.address());
    convolution.use(transformed.address(), bias.address());
  }

  private static int floats(long bytes) {
    return Math.toIntExact(bytes / Float.BYTES);
  }

  private Pixels pixels(Guarded memory, int channels, int height, int width) {
    return blocked
        ? Pixels.blocked(memory.address(), channels, height, width)
        : Pixels.channelsLast(memory.address(), channels, height, width);
  }

  /** Where the value at place {@code i} of {@code [N, H, W, C]} lies. */
  private int place(int i, int pixels, int channels) {
    if (!blocked) {
      return i;
    }
    int channel = i % channels;
    int pixel = i / channels % pixels;
    int image = i / channels / pixels;
    int plane = image * (channels / BLOCK) + channel / BLOCK;
    return (plane * pixels + pixel) * BLOCK + channel % BLOCK;
  }

  /** Computes, and returns the output as {@code [N, H, W, C]}. */
  float[] run() {
    FloatBuffer in = source.floats();
    for (int i = 0; i < direct.images.length; i++) {
      in.put(place(i, direct.height * direct.width, direct.in), direct.images[i]);
    }
    FloatBuffer out = target.floats();
    int pixels = direct.outputHeight() * direct.outputWidth();
    for (int i = 0; i < direct.before.length; i++) {
      out.put(place(i, pixels, direct.out), direct.before[i]);
    }
    convolution.run();
    float[] result = new float[direct.before.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = out.get(place(i, pixels, direct.out));
    }
    return result;
  }

  @Override
  public void close() {
    convolution.close();
    tables.close();
    for (Guarded memory :
        new Guarded[] {source, target, weights, transformed, bias, zeros, scratch}) {
      memory.close();
    }
  }
}
