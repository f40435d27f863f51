package io.blockwork.engine.norm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.norm.SliceNorm.Place;
import io.blockwork.engine.norm.SliceNorm.Problem;
import io.blockwork.engine.winograd.Guarded;
import io.blockwork.engine.winograd.Processor;
import io.blockwork.engine.x86.CodeMemory;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SliceNormTest {
  private static final int BLOCK = 16;

  @BeforeAll
  static void loadOneDnn() {
    org.bytedeco.javacpp.Loader.load(org.bytedeco.dnnl.global.dnnl.class);
    assumeTrue(OpenMpRegion.find().isPresent(), "no GNU OpenMP, or no JNA, in this process");
  }

  /** The last blocks of larger images, densely, with one value that is not a number. */
  @ParameterizedTest
  @EnumSource
  void equalsTheDefinitionBetweenGuardedPages(VectorSet vectors) {
    assumeTrue(Processor.has(vectors), "this processor has no " + vectors);
    Random random = new Random(2);
    for (int i = 0; i < 40; i++) {
      boolean relu = random.nextBoolean();
      boolean atEnd = random.nextBoolean();
      var problem =
          new Problem(1 + random.nextInt(3), 1 + random.nextInt(4), 1 + random.nextInt(50), relu);
      int before = random.nextInt(3);
      int block = problem.pixels() * BLOCK;
      int image = (before + problem.blocks()) * block;
      try (var source = new Guarded(problem.batch() * image, atEnd);
          var target = new Guarded(problem.batch() * problem.blocks() * block, atEnd);
          var factors = new Guarded(problem.blocks() * 2 * BLOCK, atEnd);
          SliceNorm norm =
              SliceNorm.bind(
                      problem,
                      vectors,
                      1 + random.nextInt(3),
                      new Place(
                          source.address() + (long) before * block * Float.BYTES,
                          (long) image * Float.BYTES),
                      new Place(target.address(), (long) problem.blocks() * block * Float.BYTES))
                  .orElseThrow()) {
        fill(source.floats(), random);
        fill(factors.floats(), random);
        source.floats().put(before * block, Float.NaN);
        norm.use(factors.address());
        norm.run();
        compare(problem, before, source.floats(), target.floats(), factors.floats());
      }
    }
  }

  private static void fill(FloatBuffer floats, Random random) {
    for (int i = 0; i < floats.capacity(); i++) {
      floats.put(i, (float) random.nextGaussian());
    }
  }

  private static void compare(
      Problem problem, int before, FloatBuffer x, FloatBuffer y, FloatBuffer factors) {
    int block = problem.pixels() * BLOCK;
    int perImage = problem.blocks() * block;
    for (int i = 0; i < y.capacity(); i++) {
      int image = i / perImage;
      int at = i % perImage;
      int factor = at / block * 2 * BLOCK + at % BLOCK;
      double value = x.get(image * (perImage + before * block) + before * block + at);
      double exact = value * factors.get(factor) + factors.get(factor + BLOCK);
      double expected = problem.relu() ? Math.max(0, exact) : exact;
      double error = Math.abs(y.get(i) - expected);
      boolean right = Double.isNaN(expected) ? Float.isNaN(y.get(i)) : error <= 1e-5;
      assertTrue(right, () -> problem + ": expected " + expected + ", off by " + error);
    }
  }

  @ParameterizedTest
  @EnumSource
  void wrongCodeIsFound(VectorSet vectors) {
    assumeTrue(Processor.has(vectors), "this processor has no " + vectors);
    WorkerLoop loop = WorkerLoop.of(2, OpenMpRegion.find().orElseThrow());
    try (CodeMemory code = CodeMemory.of(NormCode.of(vectors, 9, false, loop)).orElseThrow()) {
      assertTrue(NormCheck.isRight(new NormCheck.Form(vectors, 9, false), 2, code.address()));
      assertFalse(NormCheck.isRight(new NormCheck.Form(vectors, 9, true), 2, code.address()));
      assertFalse(NormCheck.isRight(new NormCheck.Form(vectors, 10, false), 2, code.address()));
    }
  }
}
