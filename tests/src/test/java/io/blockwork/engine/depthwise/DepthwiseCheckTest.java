package io.blockwork.engine.depthwise;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.winograd.Processor;
import io.blockwork.engine.x86.CheckMemory;
import io.blockwork.engine.x86.CodeMemory;
import io.blockwork.engine.x86.Ending;
import io.blockwork.engine.x86.OpenMpRegion;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.engine.x86.WorkerLoop;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is found out about code before it is used. */
final class DepthwiseCheckTest {
  private static final int WORKERS = 2;

  @BeforeAll
  static void loadOneDnn() {
    org.bytedeco.javacpp.Loader.load(org.bytedeco.dnnl.global.dnnl.class);
    assumeTrue(OpenMpRegion.find().isPresent(), "no GNU OpenMP, or no JNA, in this process");
  }

  private static DepthwiseCode.Form form(
      VectorSet vectors, Filter filter, int channels, int width, int left, Ending ending) {
    assumeTrue(Processor.has(vectors), "this processor has no " + vectors);
    return new DepthwiseCode.Form(
        vectors, filter, channels, width, width * filter.stride(), left, 100, 90, ending);
  }

  private static byte[] code(DepthwiseCode.Form form) {
    return DepthwiseCode.of(form, WorkerLoop.of(WORKERS, OpenMpRegion.find().orElseThrow()));
  }

  private static boolean passes(DepthwiseCode.Form form, byte[] bytes) {
    try (CodeMemory code = CodeMemory.of(bytes).orElseThrow();
        CheckMemory memory = new CheckMemory()) {
      return DepthwiseCheck.isRight(form, WORKERS, code.address(), memory);
    }
  }

  @ParameterizedTest
  @EnumSource
  void rightCodePasses(VectorSet vectors) {
    for (Ending ending : Ending.values()) {
      for (int side = 2; side <= 7; side++) {
        for (int stride = 1; stride <= 2; stride++) {
          for (int channels : new int[] {16, 32, 57, 88}) {
            for (int width : new int[] {1, 7, 31}) {
              var form = form(vectors, new Filter(side, stride), channels, width, side / 2, ending);
              assertTrue(passes(form, code(form)), () -> form.toString());
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void wrongCodeDoesNot(VectorSet vectors) {
    Filter filter = new Filter(3, 1);
    var form = form(vectors, filter, 40, 20, 1, Ending.NOTHING);
    var clipped = form(vectors, filter, 40, 20, 1, Ending.RELU);
    var fewer = form(vectors, filter, 32, 20, 1, Ending.NOTHING);
    var narrower = form(vectors, filter, 40, 19, 1, Ending.NOTHING);
    var moved = form(vectors, filter, 40, 20, 0, Ending.NOTHING);
    // None that reads or writes more: a larger filter would take more rows from the table of
    // addresses than there are, and use whatever stands behind them.
    for (var other : List.of(clipped, fewer, narrower, moved)) {
      assertFalse(passes(form, code(other)), () -> other.toString());
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneWrongConstantIsFound(VectorSet vectors) {
    var form = form(vectors, new Filter(3, 1), 32, 14, 1, Ending.SILU);
    byte[] code = code(form);
    code[code.length - 2] ^= 0x40; // the exponent of the last constant, which stands at the end
    assertFalse(passes(form, code));
  }
}
