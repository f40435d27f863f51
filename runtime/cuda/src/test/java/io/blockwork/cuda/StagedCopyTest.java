package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory is copied once, and sent when it has been copied. */
class StagedCopyTest {
  private static final StagedCopy SMALL = new StagedCopy(16, 4);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 5, 16, 17, 63, 64})
  void sendsEachByteOnceAfterItWasCopied(int bytes) {
    AtomicIntegerArray copied = new AtomicIntegerArray(bytes);
    List<Integer> sent = new ArrayList<>();
    SMALL.run(
        bytes,
        (from, to) -> range(from, to).forEach(copied::incrementAndGet),
        (from, to) ->
            range(from, to)
                .forEach(
                    i -> {
                      assertEquals(1, copied.get(i), "copies of byte " + i);
                      sent.add(i);
                    }));
    assertEquals(range(0, bytes).boxed().toList(), sent);
  }

  @Test
  void sharesAreOfWholeFloats() {
    List<Long> ends = Collections.synchronizedList(new ArrayList<>());
    StagedCopy.USUAL.run(40L << 20, (from, to) -> ends.add(from % Float.BYTES), (from, to) -> {});
    assertEquals(List.of(0L), ends.stream().distinct().toList());
  }

  private static IntStream range(long from, long to) {
    return IntStream.range((int) from, (int) to);
  }
}
