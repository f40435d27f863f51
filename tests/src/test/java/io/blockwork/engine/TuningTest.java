package io.blockwork.engine;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;

import io.blockwork.engine.Tuning.Key;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TuningTest {
  private static final Key KEY = new Key("a processor", "a network");
  private static final Key OTHER = new Key("a processor", "another network");

  private static Optional<String> find(Tuning tuning, Key key, String found) {
    return tuning.find(key, Optional::of, () -> found);
  }

  private static Optional<String> known(Tuning tuning, Key key) {
    return tuning.find(key, Optional::of, () -> fail("measured again"));
  }

  @Test
  void whatIsKnownIsNotMeasuredAgain() {
    Tuning tuning = Tuning.inMemory();
    assertThat(find(tuning, KEY, "4 images")).hasValue("4 images");
    assertThat(known(tuning, KEY)).hasValue("4 images");
    assertThat(find(tuning, OTHER, "8 images")).hasValue("8 images");
  }

  @Test
  void whatMakesNoSenseIsMeasuredAnew() {
    Tuning tuning = Tuning.inMemory();
    find(tuning, KEY, "nonsense");
    assertThat(tuning.find(KEY, text -> Optional.<Integer>empty(), () -> 4)).hasValue(4);
    assertThat(known(tuning, KEY)).hasValue("4");
  }

  @Test
  void aFailureIsNotRemembered() {
    Tuning tuning = Tuning.inMemory();
    IllegalStateException failure = new IllegalStateException("no memory");
    var thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                tuning.find(
                    KEY,
                    Optional::of,
                    () -> {
                      throw failure;
                    }));
    assertThat(thrown).isSameInstanceAs(failure);
    assertThat(find(tuning, KEY, "4 images")).hasValue("4 images");
  }

  @Test
  void whoAsksForSomethingElseMeanwhileIsNotHeldUpAndWhoAsksForTheSameWaits() throws Exception {
    Tuning tuning = Tuning.inMemory();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Future<Optional<String>> first =
          threads.submit(
              () ->
                  tuning.find(
                      KEY,
                      Optional::of,
                      () -> {
                        begun.countDown();
                        await(over);
                        return "4 images";
                      }));
      begun.await();
      Future<Optional<String>> second = threads.submit(() -> known(tuning, KEY));
      assertThat(known(tuning, OTHER)).isEmpty();
      over.countDown();
      assertThat(first.get()).hasValue("4 images");
      assertThat(second.get()).hasValue("4 images");
    } finally {
      threads.shutdown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aFileKeepsWhatSeveralProcessesHaveFound(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("deep/tuning.txt");
    Tuning first = Tuning.keptIn(file);
    Tuning second = Tuning.keptIn(file);
    find(first, KEY, "4 images");
    find(second, OTHER, "8 images");
    Tuning third = Tuning.keptIn(file);
    assertThat(known(third, KEY)).hasValue("4 images");
    assertThat(known(third, OTHER)).hasValue("8 images");
    assertThat(Files.readAllLines(file))
        .containsExactly(
            "# Blockwork's measurements, 1",
            "a processor\ta network\t4 images",
            "a processor\tanother network\t8 images")
        .inOrder();
  }

  @Test
  void aDamagedFileIsIgnoredAndWrittenAnew(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("tuning.txt");
    for (byte[] damaged :
        List.of(
            new byte[0],
            new byte[] {(byte) 0xff, 0},
            "something else\na processor\ta network\t4 images\n".getBytes(StandardCharsets.UTF_8),
            "# Blockwork's measurements, 1\na processor\ta network\t4 images\na proc"
                .getBytes(StandardCharsets.UTF_8))) {
      Files.write(file, damaged);
      assertThat(find(Tuning.keptIn(file), KEY, "8 images")).hasValue("8 images");
      assertThat(known(Tuning.keptIn(file), KEY)).hasValue("8 images");
    }
  }

  @Test
  void aFileThatCannotBeWrittenDoesNoHarm(@TempDir Path folder) {
    Tuning tuning = Tuning.keptIn(folder);
    assertThat(find(tuning, KEY, "4 images")).hasValue("4 images");
    assertThat(known(tuning, KEY)).hasValue("4 images");
  }
}
