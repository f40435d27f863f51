package io.blockwork.memory;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When the collector is called, and when memory counts as exhausted. */
class NativeMemoryTest {
  private static final long MB = 1 << 20;
  private final AtomicInteger collections = new AtomicInteger();

  @Test
  void theCollectorIsLeftAloneWhileLittleIsTaken() {
    NativeMemory memory = new NativeMemory(100 * MB, 10 * MB, collections::incrementAndGet);
    memory.take(10 * MB, "images");
    assertThat(collections.get()).isEqualTo(0);
  }

  /** Each collection costs as much as the heap is large: few of them, however many blocks. */
  @Test
  void theCollectorIsCalledWheneverMemoryHasDoubled() {
    NativeMemory memory = new NativeMemory(1000 * MB, 10 * MB, collections::incrementAndGet);
    for (int i = 0; i < 200; i++) {
      memory.take(MB, "images");
    }
    // At 11, 23, 47, 95 and 191 MB.
    assertThat(collections.get()).isEqualTo(5);
    assertThat(memory.living()).isEqualTo(200 * MB);
  }

  @Test
  void whatTheCollectorFindsMakesRoom() {
    NativeMemory[] memory = new NativeMemory[1];
    memory[0] = new NativeMemory(10 * MB, 10 * MB, () -> memory[0].give(8 * MB));
    memory[0].take(8 * MB, "images");
    memory[0].take(8 * MB, "images");
    assertThat(memory[0].living()).isEqualTo(8 * MB);
  }

  @Test
  void exhaustedMemoryTellsTheAmountsAndCountsNothing() {
    NativeMemory memory = new NativeMemory(10 * MB, MB, collections::incrementAndGet);
    memory.take(6 * MB, "images");
    OutOfMemoryError e = assertThrows(OutOfMemoryError.class, () -> memory.take(5 * MB, "images"));
    assertThat(e)
        .hasMessageThat()
        .isEqualTo(
            "5 MB of native memory were requested for images, but parameters, plans and batches already hold 6 of the 10 MB available");
    assertThat(memory.living()).isEqualTo(6 * MB);
    memory.take(4 * MB, "images");
  }
}
