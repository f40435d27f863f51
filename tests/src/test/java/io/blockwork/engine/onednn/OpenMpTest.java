package io.blockwork.engine.onednn;

import static com.google.common.truth.Truth.assertThat;

import org.junit.jupiter.api.Test;
import org.nd4j.nativeblas.NativeOpsHolder;

class OpenMpTest {
  @Test
  void whatIsSetDirectlyIsWhatNd4jSeesAndTheOtherWayRound() {
    // The library brings OpenMP into the process.
    assertThat(OneDnnLibrary.failure()).isEmpty();
    OpenMp found = OpenMp.find();
    if (System.getProperty("os.name").startsWith("Linux")) {
      assertThat(found).isInstanceOf(OpenMp.Direct.class);
    }
    OpenMp nd4j = new OpenMp.ThroughNd4j(NativeOpsHolder.getInstance().getDeviceNativeOps());
    int before = nd4j.threads();
    try {
      for (int threads : new int[] {1, 3}) {
        found.threads(threads);
        assertThat(nd4j.threads()).isEqualTo(threads);
        nd4j.threads(threads + 1);
        assertThat(found.threads()).isEqualTo(threads + 1);
      }
    } finally {
      nd4j.threads(before);
    }
  }

  @Test
  void workOnThreadsLeavesTheCallersSettingAlone() {
    int before =
        OneDnnLibrary.onThreads(
            1,
            () -> {
              try {
                OneDnnLibrary.onThreads(
                    2,
                    () -> {
                      throw new IllegalStateException("work failed");
                    });
              } catch (IllegalStateException expected) {
                assertThat(expected).hasMessageThat().isEqualTo("work failed");
              }
              return OpenMp.find().threads();
            });
    assertThat(before).isEqualTo(1);
  }
}
