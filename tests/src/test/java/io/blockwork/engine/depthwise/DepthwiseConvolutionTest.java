package io.blockwork.engine.depthwise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.depthwise.DepthwiseConvolution.Place;
import io.blockwork.engine.depthwise.DepthwiseConvolution.Problem;
import io.blockwork.engine.winograd.Guarded;
import io.blockwork.engine.winograd.Processor;
import io.blockwork.engine.x86.CallerProbe;
import io.blockwork.engine.x86.CheckMemory;
import io.blockwork.engine.x86.Ending;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.SharedCode;
import io.blockwork.engine.x86.VectorSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DepthwiseConvolutionTest {
  /** Of the largest output. */
  private static final double BOUND = 2e-6;

  @BeforeAll
  static void loadOneDnn() {
    org.bytedeco.javacpp.Loader.load(org.bytedeco.dnnl.global.dnnl.class);
    assumeTrue(OpenMpRegion.find().isPresent(), "no GNU OpenMP, or no JNA, in this process");
  }

  private static void assumeInstructions(VectorSet vectors) {
    assumeTrue(Processor.has(vectors), "this processor has no " + vectors);
  }

  /** A convolution with values of its own; images and output are slices of wider tensors. */
  private static final class Example {
    final Problem problem;
    final int before;
    final int behind;
    final float[] images;
    final float[] weights;
    final float[] bias;

    Example(Problem problem, int before, int behind, Random random) {
      this.problem = problem;
      this.before = before;
      this.behind = behind;
      int pixels = problem.batch() * problem.inputHeight() * problem.inputWidth();
      images = values(pixels * pitch(), random);
      weights = values(problem.channels() * problem.filter().taps(), random);
      bias = values(problem.channels(), random);
    }

    int pitch() {
      return before + problem.channels() + behind;
    }

    int outputs() {
      return problem.batch() * problem.height() * problem.width();
    }

    /** What the definition gives, in double. */
    double exact(int output, int channel) {
      int side = problem.filter().side();
      int column = output % problem.width();
      int row = output / problem.width() % problem.height();
      int image = output / problem.width() / problem.height();
      double sum = bias[channel];
      for (int r = 0; r < side; r++) {
        for (int c = 0; c < side; c++) {
          int y = row * problem.filter().stride() - problem.top() + r;
          int x = column * problem.filter().stride() - problem.left() + c;
          if (y >= 0 && y < problem.inputHeight() && x >= 0 && x < problem.inputWidth()) {
            int pixel = (image * problem.inputHeight() + y) * problem.inputWidth() + x;
            sum +=
                (double) images[pixel * pitch() + before + channel]
                    * weights[(channel * side + r) * side + c];
          }
        }
      }
      return problem.ending().of(sum);
    }

    /** The output between guarded pages, with what lies beside the slice. */
    float[] run(VectorSet vectors, int threads, boolean atEnd) {
      long slice = (long) before * Float.BYTES;
      // What lies beside the slice at the memory's ends is not there.
      int cut = atEnd ? behind : before;
      try (var source = new Guarded(images.length - cut, atEnd);
          var target = new Guarded(outputs() * pitch() - cut, atEnd);
          CheckMemory checks = new CheckMemory();
          var convolution =
              DepthwiseConvolution.bind(
                      problem,
                      vectors,
                      threads,
                      new Place(source.address() + (atEnd ? slice : 0), pitch()),
                      new Place(target.address() + (atEnd ? slice : 0), pitch()),
                      checks)
                  .orElseThrow();
          var packed = new Guarded(convolution.weights().length(), atEnd)) {
        int skipped = atEnd ? 0 : before;
        source.floats().put(images, skipped, images.length - cut);
        convolution.weights().fill(weights, bias, packed.floats());
        convolution.use(packed.address());
        convolution.run();
        float[] result = new float[outputs() * pitch()];
        target.floats().get(result, skipped, result.length - cut);
        return result;
      }
    }

    @Override
    public String toString() {
      return problem + " in a slice from " + before + " of " + pitch();
    }
  }

  private static float[] values(int count, Random random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Example random(VectorSet vectors, Random random) {
    int side = 2 + random.nextInt(6);
    int stride = 1 + random.nextInt(2);
    int top = random.nextInt(side);
    int left = random.nextInt(side);
    int height = 1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 12);
    int width = 1 + random.nextInt(40);
    // As many rows and columns of zeros behind as there may be, or none.
    int bottom = random.nextInt(side);
    int right = random.nextInt(side);
    int channels = vectors.lanes() + random.nextInt(random.nextInt(3) == 0 ? 70 : 20);
    var problem =
        new Problem(
            new Filter(side, stride),
            1 + random.nextInt(3),
            random.nextBoolean() ? channels : (channels / vectors.lanes()) * vectors.lanes(),
            height,
            width,
            1 + Math.max(0, height + top + bottom - side) / stride,
            1 + Math.max(0, width + left + right - side) / stride,
            top,
            left,
            Ending.values()[random.nextInt(Ending.values().length)]);
    boolean sliced = random.nextInt(3) == 0;
    return new Example(
        problem, sliced ? random.nextInt(20) : 0, sliced ? random.nextInt(20) : 0, random);
  }

  @ParameterizedTest
  @EnumSource
  void equalsTheDefinitionOnRandomShapesForAnyNumberOfThreads(VectorSet vectors) {
    assumeInstructions(vectors);
    Random random = new Random(17);
    for (int i = 0; i < 250; i++) {
      Example example = random(vectors, random);
      boolean atEnd = random.nextBoolean();
      float[] one = example.run(vectors, 1, atEnd);
      compare(example, one);
      for (int threads : new int[] {2, 3 + random.nextInt(30)}) {
        assertArrayEquals(one, example.run(vectors, threads, atEnd), example::toString);
      }
    }
  }

  private static void compare(Example example, float[] got) {
    int channels = example.problem.channels();
    double largest = 1;
    double error = 0;
    for (int output = 0; output < example.outputs(); output++) {
      for (int at = 0; at < example.pitch(); at++) {
        float value = got[output * example.pitch() + at];
        int channel = at - example.before;
        if (channel < 0 || channel >= channels) {
          assertEquals(0, value, () -> "beside the slice of " + example);
        } else {
          double exact = example.exact(output, channel);
          largest = Math.max(largest, Math.abs(exact));
          error = Math.max(error, Math.abs(value - exact));
        }
      }
    }
    String what = example + ": error " + error + " of " + largest;
    assertTrue(error <= BOUND * largest, what);
  }

  private static Example ending(Ending ending) {
    var problem = new Problem(new Filter(3, 1), 1, 24, 5, 9, 5, 9, 1, 1, ending);
    return new Example(problem, 0, 0, new Random(5));
  }

  @ParameterizedTest
  @EnumSource
  void letsNaNThroughToWhatReadsIt(VectorSet vectors) {
    assumeInstructions(vectors);
    for (Ending ending : Ending.values()) {
      Example example = ending(ending);
      example.images[(2 * 9 + 4) * 24 + 3] = Float.NaN;
      example.images[23] = Float.NaN;
      float[] got = example.run(vectors, 2, true);
      for (int i = 0; i < got.length; i++) {
        assertEquals(
            Double.isNaN(example.exact(i / 24, i % 24)), Float.isNaN(got[i]), ending + " " + i);
      }
    }
  }

  /** Infinity minus infinity, and infinity times what is zero, are not numbers. */
  @ParameterizedTest
  @EnumSource
  void computesWithInfinityAsTheDefinitionDoes(VectorSet vectors) {
    assumeInstructions(vectors);
    for (Ending ending : Ending.values()) {
      Example example = ending(ending);
      example.images[(2 * 9 + 4) * 24 + 3] = Float.POSITIVE_INFINITY;
      example.images[(2 * 9 + 7) * 24 + 19] = Float.NEGATIVE_INFINITY;
      float[] got = example.run(vectors, 1, false);
      for (int i = 0; i < got.length; i++) {
        double exact = example.exact(i / 24, i % 24);
        if (Double.isFinite(exact)) {
          assertEquals(exact, got[i], 1e-5, ending + " " + i);
        } else {
          assertEquals((float) exact, got[i], ending + " " + i);
        }
      }
    }
  }

  /** Far from zero a sigmoid is 0 or 1, and nothing overflows on the way. */
  @ParameterizedTest
  @EnumSource
  void siluIsRightFromOneEndToTheOther(VectorSet vectors) {
    assumeInstructions(vectors);
    var problem = new Problem(new Filter(3, 1), 1, 16, 1, 1200, 1, 1200, 1, 1, Ending.SILU);
    Example example = new Example(problem, 0, 0, new Random(6));
    java.util.Arrays.fill(example.bias, 0);
    java.util.Arrays.fill(example.weights, 0);
    for (int channel = 0; channel < 16; channel++) {
      example.weights[channel * 9 + 4] = 1; // the middle alone
    }
    for (int i = 0; i < example.images.length; i++) {
      example.images[i] = i < 16 ? -Float.MAX_VALUE : (i - 9600) / 80f;
    }
    float[] got = example.run(vectors, 1, true);
    for (int i = 0; i < got.length; i++) {
      double exact = example.exact(i / 16, i % 16);
      assertEquals(exact, got[i], 3e-7 * Math.abs(exact) + 1e-36, "at " + example.images[i]);
    }
  }

  @ParameterizedTest
  @EnumSource
  void leavesTheCallersRegistersAsTheyWere(VectorSet vectors) {
    assumeInstructions(vectors);
    Example example = ending(Ending.SILU);
    try (var source = new Guarded(example.images.length, true);
        var target = new Guarded(example.images.length, true);
        CheckMemory checks = new CheckMemory();
        var convolution =
            DepthwiseConvolution.bind(
                    example.problem,
                    vectors,
                    2,
                    new Place(source.address(), 24),
                    new Place(target.address(), 24),
                    checks)
                .orElseThrow();
        var packed = new Guarded(convolution.weights().length(), true)) {
      convolution.use(packed.address());
      assertEquals(
          List.of(), CallerProbe.damage(vectors, convolution.function(), convolution.arguments()));
    }
  }

  @ParameterizedTest
  @EnumSource
  void givesItsCodeBack(VectorSet vectors) {
    assumeInstructions(vectors);
    int before = SharedCode.living();
    ending(Ending.RELU).run(vectors, 2, true);
    assertEquals(before, SharedCode.living());
  }
}
