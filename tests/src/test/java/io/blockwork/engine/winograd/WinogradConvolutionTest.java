package io.blockwork.engine.winograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.winograd.WinogradConvolution.Clip;
import io.blockwork.engine.x86.Ending;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.VectorSet;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class WinogradConvolutionTest {
  @BeforeAll
  static void loadOneDnn() {
    org.bytedeco.javacpp.Loader.load(org.bytedeco.dnnl.global.dnnl.class);
    assumeTrue(OpenMpRegion.find().isPresent(), "no GNU OpenMP, or no JNA, in this process");
  }

  private static void assumeInstructions(VectorSet vectors) {
    assumeTrue(Processor.has(vectors), "this processor has no " + vectors);
  }

  private static double bound(Tile tile) {
    // Of the largest output: twice what a thousand random shapes showed.
    return tile == Tile.F2 ? 2e-6 : 1e-5;
  }

  /** Or the transforms, which touch all points of a tile together, would wait for memory. */
  @Test
  void pointsOfATileLieInDifferentSetsOfTheCache() {
    int page = 4096;
    for (Tile tile : Tile.values()) {
      for (int tiles : new int[] {1, 49, 64, 128, 256}) {
        for (int channels : new int[] {16, 32, 48, 128, 512}) {
          var form =
              new LayerCode.Form(
                  VectorSet.AVX2,
                  tile,
                  channels,
                  channels,
                  1,
                  tiles,
                  64,
                  64,
                  false,
                  Ending.NOTHING);
          for (int stride : new int[] {form.sourcePoint(), form.targetPoint()}) {
            long sets =
                IntStream.range(0, tile.points()).map(p -> p * stride % page).distinct().count();
            assertEquals(tile.points(), sets);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void equalsTheDefinitionOnRandomShapes(VectorSet vectors) {
    assumeInstructions(vectors);
    Random random = new Random(11);
    for (int i = 0; i < 60; i++) {
      boolean blocked = random.nextBoolean();
      int in = channels(random, blocked);
      int out = channels(random, blocked);
      int padding = random.nextInt(3);
      int height = 3 + random.nextInt(random.nextInt(8) == 0 ? 38 : 14) - Math.min(2, 2 * padding);
      int width = 3 + random.nextInt(14) - Math.min(2, 2 * padding);
      var direct =
          new DirectConvolution(1 + random.nextInt(3), in, out, height, width, padding, random);
      var way =
          new BoundWinograd.Way(
              vectors,
              random.nextBoolean() ? Tile.F2 : Tile.F4,
              1 + random.nextInt(3),
              blocked,
              out % 16 == 0 && random.nextBoolean(),
              Clip.values()[random.nextInt(3)],
              random.nextBoolean());
      try (var bound = new BoundWinograd(direct, way)) {
        compare(direct, way, bound.run());
      }
    }
  }

  private static int channels(Random random, boolean blocked) {
    return blocked ? 16 * (1 + random.nextInt(12)) : 16 + random.nextInt(185);
  }

  private static void compare(DirectConvolution direct, BoundWinograd.Way way, float[] got) {
    double largest = 1;
    double error = 0;
    for (int i = 0; i < got.length; i += 1 + got.length / 3000) {
      double expected = direct.at(i) + (way.sum() ? direct.before[i] : 0);
      largest = Math.max(largest, Math.abs(expected));
      if (way.clip() != Clip.NONE) {
        expected = Math.max(0, expected);
      }
      if (way.clip() == Clip.RELU6) {
        expected = Math.min(6, expected);
      }
      error = Math.max(error, Math.abs(got[i] - expected));
    }
    assertTrue(
        error <= bound(way.tile()) * largest,
        "%s, %d x %d -> %d of %d x %d, padding %d: error %s of %s"
            .formatted(
                way,
                direct.batch,
                direct.in,
                direct.out,
                direct.height,
                direct.width,
                direct.padding,
                error,
                largest));
  }

  @ParameterizedTest
  @EnumSource
  void givesTheSameBitsForAnyNumberOfThreads(VectorSet vectors) {
    assumeInstructions(vectors);
    var direct = new DirectConvolution(2, 48, 64, 13, 9, 1, new Random(3));
    for (Tile tile : Tile.values()) {
      float[] one = run(direct, vectors, tile, 1);
      for (int threads = 2; threads <= 5; threads++) {
        assertArrayEquals(one, run(direct, vectors, tile, threads));
      }
    }
  }

  private static float[] run(DirectConvolution direct, VectorSet vectors, Tile tile, int threads) {
    var way = new BoundWinograd.Way(vectors, tile, threads, false, false, Clip.RELU, true);
    try (var bound = new BoundWinograd(direct, way)) {
      return bound.run();
    }
  }

  @ParameterizedTest
  @EnumSource
  void letsNaNThroughWhereverADirectConvolutionWould(VectorSet vectors) {
    assumeInstructions(vectors);
    var direct = new DirectConvolution(1, 16, 16, 9, 9, 1, new Random(5));
    direct.images[(4 * 9 + 4) * 16 + 3] = Float.NaN;
    for (Tile tile : Tile.values()) {
      for (Clip clip : Clip.values()) {
        var way = new BoundWinograd.Way(vectors, tile, 2, false, false, clip, true);
        try (var bound = new BoundWinograd(direct, way)) {
          float[] got = bound.run();
          for (int i = 0; i < got.length; i++) {
            if (Double.isNaN(direct.at(i))) {
              assertTrue(Float.isNaN(got[i]), way + " at " + i);
            }
          }
        }
      }
    }
  }

  @Test
  void refusesASumThatWouldBeTakenTwice() {
    var direct = new DirectConvolution(1, 16, 20, 4, 4, 1, new Random(5));
    var way = new BoundWinograd.Way(VectorSet.AVX2, Tile.F2, 1, false, true, Clip.NONE, true);
    IllegalArgumentException thrown =
        org.junit.jupiter.api.Assertions.assertThrows(
            IllegalArgumentException.class, () -> new BoundWinograd(direct, way));
    assertEquals("sum: expected a multiple of 16 channels, got 20", thrown.getMessage());
  }
}
