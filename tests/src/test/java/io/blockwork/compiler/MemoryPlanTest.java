package io.blockwork.compiler;

import static com.google.common.truth.Truth.assertThat;

import io.blockwork.Architecture;
import io.blockwork.ImageClassifier;
import io.blockwork.Networks;
import io.blockwork.examples.networks.DenseNet121;
import io.blockwork.examples.networks.ResNet1202;
import io.blockwork.examples.networks.ResNet50;
import io.blockwork.examples.networks.SeResNet50;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {
  private static List<Long> slots(Class<? extends ImageClassifier> type) {
    try (ImageClassifier net = Networks.create(type)) {
      return net.architecture().slots();
    }
  }

  private static long sum(List<Long> slots) {
    return slots.stream().mapToLong(Long::longValue).sum();
  }

  @Test
  void resNet50NeedsAtMostFourBuffers() {
    assertThat(slots(ResNet50.class).size()).isAtMost(4);
    assertThat(slots(SeResNet50.class).size()).isAtMost(5);
  }

  @Test
  void depthNeedsNoMemory() {
    assertThat(slots(ResNet1202.class))
        .isEqualTo(slots(io.blockwork.examples.networks.ResNet20.class));
  }

  @Test
  void denseNet121NeedsLittleMoreThanItsLargestConcatenationAndAScratch() {
    long largest = 256L * 56 * 56;
    List<Long> slots = slots(DenseNet121.class);
    long scratch = slots.get(1);
    assertThat(slots.get(0)).isEqualTo(largest);
    assertThat(scratch).isAtMost(largest);
    assertThat((double) (sum(slots) - scratch)).isAtMost(1.6 * largest);
  }

  @Test
  void theTableNamesThePlansBytes() {
    try (ImageClassifier net = Networks.create(ResNet50.class)) {
      Architecture architecture = net.architecture();
      assertThat(net.summary()).contains("%,d bytes".formatted(4 * sum(architecture.slots())));
    }
  }
}
