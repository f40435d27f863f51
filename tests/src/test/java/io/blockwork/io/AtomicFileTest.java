package io.blockwork.io;

import static com.google.common.truth.Truth.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFileTest {
  @TempDir Path folder;

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void leavesWhatSomebodyIsWritingAndDeletesWhatTheDeadHaveLeft() throws IOException {
    Path target = folder.resolve("weights");
    Files.createFile(folder.resolve(".weights." + UUID.randomUUID()));
    AtomicFile.write(
        target,
        channel -> {
          AtomicFile.deleteLeftovers(target);
          assertThat(files()).hasSize(1);
          channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        });
    assertThat(Files.readAllBytes(target)).isEqualTo(new byte[] {1, 2, 3});
    assertThat(files()).containsExactly(target);
  }

  @Test
  void anInterruptBeforeOrDuringTheWritingIsSurvivedAndKept() throws IOException {
    Path target = folder.resolve("file");
    AtomicInteger calls = new AtomicInteger();
    Thread.currentThread().interrupt();
    AtomicFile.write(
        target,
        channel -> {
          if (calls.incrementAndGet() == 1) {
            Thread.currentThread().interrupt();
          }
          channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        });
    assertThat(Thread.interrupted()).isTrue();
    assertThat(calls.get()).isEqualTo(2);
    assertThat(Files.readAllBytes(target)).isEqualTo(new byte[] {1, 2, 3});
    assertThat(files()).containsExactly(target);
  }

  @Test
  void findsOutBeforehandWhetherAFileCanBeWritten() throws IOException {
    AtomicFile.requireWritable(folder.resolve("deep/file"));
    assertThat(Files.isDirectory(folder.resolve("deep"))).isTrue();
    Path file = Files.createFile(folder.resolve("file"));
    assertThrows(FileException.class, () -> AtomicFile.requireWritable(file.resolve("within")));
  }
}
