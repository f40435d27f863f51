package io.blockwork.engine.norm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.norm.ByteSliceNorm.Piece;
import io.blockwork.engine.norm.ByteSliceNorm.Problem;
import io.blockwork.engine.winograd.Guarded;
import io.blockwork.engine.winograd.Processor;
import io.blockwork.engine.x86.CodeMemory;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class ByteSliceNormTest {
  @BeforeAll
  static void loadOneDnn() {
    org.bytedeco.javacpp.Loader.load(org.bytedeco.dnnl.global.dnnl.class);
    assumeTrue(OpenMpRegion.find().isPresent(), "no GNU OpenMP, or no JNA, in this process");
  }

  /** Slices that begin and end anywhere, one behind the other in the result. */
  @ParameterizedTest
  @EnumSource
  void equalsTheDefinitionBetweenGuardedPages(VectorSet vectors) {
    assumeTrue(Processor.has(vectors), "this processor has no " + vectors);
    Random random = new Random(3);
    for (int i = 0; i < 60; i++) {
      boolean floats = random.nextInt(3) == 0;
      boolean atEnd = random.nextBoolean();
      int places = 1 + random.nextInt(60);
      List<Guarded> sources = new ArrayList<>();
      List<Piece> pieces = new ArrayList<>();
      List<ByteBuffer> values = new ArrayList<>();
      for (int piece = random.nextInt(4); piece >= 0; piece--) {
        int channels = ByteSliceNorm.LEAST_CHANNELS + random.nextInt(150);
        int before = random.nextInt(40);
        int behind = atEnd ? 0 : random.nextInt(40);
        int pitch = before + channels + behind;
        // Nothing is there before the first place's channels and behind the last's.
        Guarded source = Guarded.ofBytes(pitch * (places - 1) + channels, atEnd);
        random.ints(source.bytes().capacity(), 0, 256).forEach(filling(source.bytes()));
        sources.add(source);
        pieces.add(new Piece(source.address(), pitch, channels));
        values.add(source.bytes());
      }
      var problem = new Problem(places, pieces, floats);
      int channels = problem.channels();
      int width = floats ? Float.BYTES : Byte.BYTES;
      try (var target = Guarded.ofBytes(places * channels * width, atEnd);
          var scales = new Guarded(channels, atEnd);
          var shifts = new Guarded(channels, atEnd);
          ByteSliceNorm norm =
              ByteSliceNorm.bind(problem, vectors, 1 + random.nextInt(3)).orElseThrow()) {
        for (int c = 0; c < channels; c++) {
          scales.floats().put(c, (float) random.nextGaussian());
          shifts.floats().put(c, (float) (100 + 100 * random.nextGaussian()));
        }
        // Halves are rounded to even ones, and what is far off is cut off.
        scales.floats().put(0, 0.5f).put(1, 1e20f).put(2, -1e20f).put(3, Float.NaN);
        shifts.floats().put(0, 0);
        norm.use(scales.address(), shifts.address());
        norm.write(target.address());
        norm.run();
        compare(problem, values, target, scales.floats(), shifts.floats());
      } finally {
        sources.forEach(Guarded::close);
      }
    }
  }

  private static java.util.function.IntConsumer filling(ByteBuffer bytes) {
    return value -> bytes.put((byte) value);
  }

  private static void compare(
      Problem problem,
      List<ByteBuffer> values,
      Guarded target,
      FloatBuffer scales,
      FloatBuffer shifts) {
    int channels = problem.channels();
    FloatBuffer floats = target.floats();
    ByteBuffer bytes = target.bytes();
    for (int place = 0; place < problem.places(); place++) {
      int channel = 0;
      for (int piece = 0; piece < values.size(); piece++) {
        int pitch = (int) problem.pieces().get(piece).pitch();
        for (int i = 0; i < problem.pieces().get(piece).channels(); i++) {
          int value = Byte.toUnsignedInt(values.get(piece).get(place * pitch + i));
          float exact = Math.fma(scales.get(channel), value, shifts.get(channel));
          int at = place * channels + channel;
          int nearest = (int) Math.rint(Math.min(255, Math.max(0, exact)));
          boolean right =
              problem.floats()
                  ? Float.compare(floats.get(at), exact) == 0
                  : Byte.toUnsignedInt(bytes.get(at)) == nearest;
          assertTrue(right, () -> problem + " expects " + exact);
          channel++;
        }
      }
    }
  }

  @Test
  void refusesPiecesThatAreNarrowerThanItsCode() {
    List<Piece> pieces = List.of(new Piece(0, 15, ByteSliceNorm.LEAST_CHANNELS - 1));
    assertThrows(IllegalArgumentException.class, () -> new Problem(1, pieces, false));
  }

  @ParameterizedTest
  @EnumSource
  void wrongCodeIsFound(VectorSet vectors) {
    assumeTrue(Processor.has(vectors), "this processor has no " + vectors);
    WorkerLoop loop = WorkerLoop.of(2, OpenMpRegion.find().orElseThrow());
    try (CodeMemory code = CodeMemory.of(ByteNormCode.of(vectors, false, loop)).orElseThrow()) {
      assertTrue(ByteNormCheck.isRight(new ByteNormCheck.Form(vectors, false), 2, code.address()));
      assertFalse(ByteNormCheck.isRight(new ByteNormCheck.Form(vectors, true), 2, code.address()));
    }
  }
}
