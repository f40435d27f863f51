package io.blockwork.engine.depthwise;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.engine.x86.Ending;
import io.blockwork.engine.x86.VectorSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DepthwiseChoiceTest {
  @ParameterizedTest
  @EnumSource
  void takesUsualFiltersOfAWholeVectorOfChannels(VectorSet vectors) {
    int lanes = vectors.lanes();
    for (Ending ending : Ending.values()) {
      assertThat(DepthwiseChoice.gains(vectors, new Filter(3, 1), lanes, ending)).isTrue();
      assertThat(DepthwiseChoice.gains(vectors, new Filter(5, 2), lanes, ending)).isTrue();
      assertThat(DepthwiseChoice.gains(vectors, new Filter(3, 1), lanes - 1, ending)).isFalse();
      assertThat(DepthwiseChoice.gains(vectors, new Filter(1, 1), lanes, ending)).isFalse();
      assertThat(DepthwiseChoice.gains(vectors, new Filter(9, 1), lanes, ending)).isFalse();
      assertThat(DepthwiseChoice.gains(vectors, new Filter(3, 3), lanes, ending)).isFalse();
    }
  }

  @Test
  void leavesToOneDnnWhatOnlyReads() {
    Filter filter = new Filter(3, 2);
    assertThat(DepthwiseChoice.gains(VectorSet.AVX512, filter, 96, Ending.RELU6)).isFalse();
    assertThat(DepthwiseChoice.gains(VectorSet.AVX512, filter, 96, Ending.SILU)).isTrue();
    assertThat(DepthwiseChoice.gains(VectorSet.AVX2, filter, 96, Ending.RELU6)).isTrue();
  }
}
