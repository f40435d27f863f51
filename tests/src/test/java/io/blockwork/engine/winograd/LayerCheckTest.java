package io.blockwork.engine.winograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.winograd.WinogradConvolution.Clip;
import io.blockwork.engine.winograd.WinogradConvolution.Problem;
import io.blockwork.engine.x86.CallerProbe;
import io.blockwork.engine.x86.CheckMemory;
import io.blockwork.engine.x86.CodeMemory;
import io.blockwork.engine.x86.Ending;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.SharedCode;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;
import io.blockwork.memory.NativeBlock;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is found out about code before it is used, and what it leaves as it was. */
final class LayerCheckTest {
  private static final int BLOCKS_OF_12X12 = 12 * 12 * 64;
  private static final int CHANNELS_LAST = 64;

  @BeforeAll
  static void loadOneDnn() {
    org.bytedeco.javacpp.Loader.load(org.bytedeco.dnnl.global.dnnl.class);
    assumeTrue(OpenMpRegion.find().isPresent(), "no GNU OpenMP, or no JNA, in this process");
  }

  private static LayerCode.Form form(
      VectorSet vectors, Tile tile, int in, int out, int tiles, int step, boolean sum, Ending end) {
    assumeTrue(Processor.has(vectors), "this processor has no " + vectors);
    return new LayerCode.Form(vectors, tile, in, out, 1, tiles, step, step, sum, end);
  }

  private static WorkerLoop loop(int workers) {
    return WorkerLoop.of(workers, OpenMpRegion.find().orElseThrow());
  }

  private static WeightsCode.Form weights(LayerCode.Form form) {
    return new WeightsCode.Form(form.vectors(), form.tile(), form.in(), form.out(), false);
  }

  private static boolean passes(LayerCode.Form form, byte[] bytes) {
    try (CodeMemory code = CodeMemory.of(bytes).orElseThrow();
        CheckMemory memory = new CheckMemory()) {
      return LayerCheck.isRight(form, weights(form), 2, code.address(), memory);
    }
  }

  @ParameterizedTest
  @EnumSource
  void rightCodePasses(VectorSet vectors) {
    for (Tile tile : Tile.values()) {
      for (Ending ending : EnumSet.range(Ending.NOTHING, Ending.RELU6)) {
        for (boolean sum : new boolean[] {false, true}) {
          var last = form(vectors, tile, 37, 48, 15, CHANNELS_LAST, sum, ending);
          assertTrue(passes(last, LayerCode.of(last, loop(2))), () -> last.toString());
          var blocks = form(vectors, tile, 48, 32, 1, BLOCKS_OF_12X12, sum, ending);
          assertTrue(passes(blocks, LayerCode.of(blocks, loop(2))), () -> blocks.toString());
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void wrongCodeDoesNot(VectorSet vectors) {
    for (Tile tile : Tile.values()) {
      var form = form(vectors, tile, 32, 48, 14, CHANNELS_LAST, false, Ending.NOTHING);
      var clipped = form(vectors, tile, 32, 48, 14, CHANNELS_LAST, false, Ending.RELU);
      var fewer = form(vectors, tile, 32, 48, 13, CHANNELS_LAST, false, Ending.NOTHING);
      var narrower = form(vectors, tile, 31, 48, 14, CHANNELS_LAST, false, Ending.NOTHING);
      for (var other : List.of(clipped, fewer, narrower)) {
        assertFalse(passes(form, LayerCode.of(other, loop(2))), () -> other.toString());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneWrongConstantIsFound(VectorSet vectors) {
    var form = form(vectors, Tile.F4, 32, 32, 14, CHANNELS_LAST, false, Ending.NOTHING);
    byte[] code = LayerCode.of(form, loop(2));
    code[code.length - 2] ^= 0x40; // the exponent of the last constant, which stands at the end
    assertFalse(passes(form, code));
  }

  @ParameterizedTest
  @EnumSource
  void leavesTheCallersRegistersAsTheyWere(VectorSet vectors) {
    assumeTrue(Processor.has(vectors), "this processor has no " + vectors);
    int floats = 20 * 20 * 32;
    try (NativeBlock values = NativeBlock.allocate(2L * floats * Float.BYTES);
        CheckMemory checks = new CheckMemory()) {
      values.clear();
      for (Tile tile : Tile.values()) {
        var problem =
            new WinogradConvolution.Problem(
                tile, 1, 32, 32, 20, 20, 20, 20, 1, 1, true, WinogradConvolution.Clip.RELU6, false);
        try (var convolution =
                WinogradConvolution.bind(
                        problem,
                        vectors,
                        2,
                        Pixels.channelsLast(values.address(), 32, 20, 20),
                        Pixels.channelsLast(
                            values.address() + (long) floats * Float.BYTES, 32, 20, 20),
                        checks)
                    .orElseThrow();
            TileTables tables = new TileTables();
            NativeBlock weights = NativeBlock.allocate(convolution.weights().bytes());
            NativeBlock bias = NativeBlock.allocate(32 * Float.BYTES);
            NativeBlock zeros = NativeBlock.allocate(convolution.zeroBytes());
            NativeBlock scratch = NativeBlock.allocate(convolution.scratchBytes())) {
          List.of(weights, bias, zeros, scratch).forEach(NativeBlock::clear);
          convolution.share(tables, zeros.address(), scratch.address());
          convolution.use(weights.address(), bias.address());
          assertEquals(
              List.of(),
              CallerProbe.damage(vectors, convolution.function(), convolution.arguments()));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneAfterAnotherHasTheSameMemoryAndLeavesThatOfTheWeights(VectorSet vectors) {
    var large = form(vectors, Tile.F4, 64, 48, 20, CHANNELS_LAST, false, Ending.RELU);
    var small = form(vectors, Tile.F2, 32, 64, 9, BLOCKS_OF_12X12, false, Ending.NOTHING);
    try (CheckMemory memory = new CheckMemory()) {
      // Whatever the one before has left there: large, small, large.
      for (var form : List.of(large, small, large)) {
        try (CodeMemory code = CodeMemory.of(LayerCode.of(form, loop(2))).orElseThrow()) {
          assertTrue(LayerCheck.isRight(form, weights(form), 2, code.address(), memory));
        }
      }
      long living = NativeBlock.livingBytes();
      long bytes = weights(large).bytes();
      assertTrue(memory.giveWeights(weights(small).bytes()).isEmpty());
      try (NativeBlock weights = memory.giveWeights(bytes).orElseThrow()) {
        assertEquals(bytes, weights.bytes());
        assertTrue(memory.giveWeights(bytes).isEmpty());
        memory.close();
        // The weights are the caller's, and nothing else is left.
        assertTrue(NativeBlock.livingBytes() < living);
        weights.clear();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoPacksTheWeightsFindsTheTransformThatTheCheckUsed(VectorSet vectors) {
    assumeTrue(Processor.has(vectors), "this processor has no " + vectors);
    var problem = new Problem(Tile.F2, 1, 32, 48, 8, 8, 8, 8, 1, 1, false, Clip.NONE, false);
    // Nothing is read or written before it runs.
    Pixels nowhere = Pixels.channelsLast(0, 48, 8, 8);
    int before = SharedCode.living();
    try (CheckMemory checks = new CheckMemory();
        var bound =
            WinogradConvolution.bind(problem, vectors, 1, nowhere, nowhere, checks).orElseThrow()) {
      int pieces = SharedCode.living();
      try (var transform = WinogradWeights.of(bound.weights(), 1)) {
        assertEquals(pieces, SharedCode.living());
      }
    }
    assertEquals(before, SharedCode.living());
  }
}
