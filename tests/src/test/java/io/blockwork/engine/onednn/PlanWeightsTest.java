package io.blockwork.engine.onednn;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.Conv;
import io.blockwork.engine.onednn.PackedWeights.Entry;
import io.blockwork.engine.onednn.PackedWeights.Packed;
import io.blockwork.engine.winograd.Pixels;
import io.blockwork.engine.winograd.Tile;
import io.blockwork.engine.winograd.WinogradConvolution;
import io.blockwork.engine.winograd.WinogradConvolution.Clip;
import io.blockwork.engine.winograd.WinogradConvolution.Problem;
import io.blockwork.engine.x86.CheckMemory;
import io.blockwork.engine.x86.VectorSet;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import io.blockwork.parameters.Parameters;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.memory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class PlanWeightsTest {
  @BeforeAll
  static void library() {
    assumeTrue(OneDnnEngine.isAvailable(), () -> OneDnnEngine.unavailable().orElse(""));
  }

  private static memory.desc matrix(memory.format_tag tag) {
    return new memory.desc(new long[] {2, 3}, memory.data_type.f32, tag);
  }

  private static List<Float> values(Packed packed) {
    FloatBuffer floats = floats(packed);
    return List.of(
        floats.get(0), floats.get(1), floats.get(2), floats.get(3), floats.get(4), floats.get(5));
  }

  private static FloatBuffer floats(Packed packed) {
    return NativeValues.floats(packed.weight().get_data_handle().address(), 6);
  }

  /** Whoever made those of others would have to wait for them, too. */
  @Test
  void whoHasAPlanMakesTheWeightsOfThatPlanOnly() {
    Parameters parameters =
        new Parameters(
            List.of(new ParameterInfo("fc.weight", Kind.LINEAR_WEIGHT, List.of(2, 3))),
            DataType.FLOAT);
    PackedWeights shared = new PackedWeights();
    shared.acquire();
    try (parameters) {
      parameters.set("fc.weight", Nd4j.createFromArray(new float[][] {{1, 2, 3}, {4, 5, 6}}));
      PlanWeights rows = new PlanWeights(shared);
      Packed byRow = rows.linear("fc", false, 2, 3, matrix(memory.format_tag.ab));
      rows.refresh(parameters);

      PlanWeights columns = new PlanWeights(shared);
      Packed byColumn = columns.linear("fc", false, 2, 3, matrix(memory.format_tag.ba));
      for (int i = 0; i < 6; i++) {
        floats(byColumn).put(i, 9);
      }
      rows.refresh(parameters);
      assertThat(values(byColumn)).containsExactly(9f, 9f, 9f, 9f, 9f, 9f);
      columns.refresh(parameters);
      assertThat(values(byColumn)).containsExactly(1f, 4f, 2f, 5f, 3f, 6f).inOrder();

      parameters.set("fc.weight", Nd4j.zeros(DataType.FLOAT, 2, 3));
      rows.refresh(parameters);
      assertThat(values(byRow)).containsExactly(0f, 0f, 0f, 0f, 0f, 0f);
      assertThat(values(byColumn)).containsExactly(1f, 4f, 2f, 5f, 3f, 6f).inOrder();
      columns.refresh(parameters);
      assertThat(values(byColumn)).containsExactly(0f, 0f, 0f, 0f, 0f, 0f);
    } finally {
      shared.release();
    }
  }

  @Test
  void whatOtherLayersAreMadeOfStaysWhenOneChanges() {
    Parameters parameters =
        new Parameters(
            List.of(
                new ParameterInfo("one.weight", Kind.LINEAR_WEIGHT, List.of(2, 3)),
                new ParameterInfo("two.weight", Kind.LINEAR_WEIGHT, List.of(2, 3))),
            DataType.FLOAT);
    PackedWeights shared = new PackedWeights();
    shared.acquire();
    try (parameters) {
      PlanWeights plan = new PlanWeights(shared);
      Packed one = plan.linear("one", false, 2, 3, matrix(memory.format_tag.ab));
      Packed two = plan.linear("two", false, 2, 3, matrix(memory.format_tag.ab));
      plan.refresh(parameters);
      floats(one).put(0, 9);
      parameters.set("two.weight", Nd4j.ones(DataType.FLOAT, 2, 3));
      plan.refresh(parameters);
      assertThat(values(one)).containsExactly(9f, 0f, 0f, 0f, 0f, 0f).inOrder();
      assertThat(values(two)).containsExactly(1f, 1f, 1f, 1f, 1f, 1f);
    } finally {
      shared.release();
    }
  }

  @Test
  void plansOfOneLayoutShareTheirWeights() {
    PackedWeights shared = new PackedWeights();
    shared.acquire();
    try {
      Packed first =
          new PlanWeights(shared).linear("fc", false, 2, 3, matrix(memory.format_tag.ab));
      Packed second =
          new PlanWeights(shared).linear("fc", false, 2, 3, matrix(memory.format_tag.ab));
      assertThat(second.weight()).isSameInstanceAs(first.weight());
    } finally {
      shared.release();
    }
  }

  /** Memory that the system has given for the check need not be given again for the weights. */
  @Test
  void transformedWeightsLieWhereTheirCodeWasChecked() {
    Optional<VectorSet> code = WinogradChoice.machineCode();
    assumeTrue(code.isPresent(), "no machine code in this process");
    VectorSet vectors = code.orElseThrow();
    Conv conv = Conv.conv(208, 272, 3);
    var problem = new Problem(Tile.F2, 1, 208, 272, 5, 5, 5, 5, 1, 1, false, Clip.NONE, false);
    // Nothing is read or written before it runs.
    Pixels nowhere = Pixels.channelsLast(0, 272, 5, 5);
    FoldedWeight folded = FoldedWeight.plain("conv", false);
    PackedWeights shared = new PackedWeights();
    shared.acquire();
    try (CheckMemory memory = new CheckMemory();
        var bound =
            WinogradConvolution.bind(problem, vectors, 1, nowhere, nowhere, memory).orElseThrow()) {
      long living = NativeBlock.livingBytes();
      Entry entry = shared.winograd(folded, conv, bound.weights(), memory);
      assertThat(NativeBlock.livingBytes() - living).isLessThan(bound.weights().bytes());
      assertThat(memory.giveWeights(bound.weights().bytes())).isEmpty();
      assertThat(shared.winograd(folded, conv, bound.weights(), memory)).isSameInstanceAs(entry);
      memory.close();
      living = NativeBlock.livingBytes();
      shared.release();
      assertThat(living - NativeBlock.livingBytes()).isAtLeast(bound.weights().bytes());
    }
  }
}
