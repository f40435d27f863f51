package io.blockwork.io;

import static com.google.common.truth.Truth.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LockedFileTest {
  @TempDir Path folder;

  @Test
  void whoAsksInVainDoesNotEndTheLock() throws Exception {
    Path file = folder.resolve("lock");
    try (LockedFile first = LockedFile.tryLock(file).orElseThrow()) {
      assertThat(LockedFile.tryLock(file)).isEqualTo(Optional.empty());
      assertThat(LockedFile.tryLock(folder.resolve("../" + folder.getFileName() + "/lock")))
          .isEqualTo(Optional.empty());
      assertThat(LockHolder.isLocked(file)).isTrue();
    }
    assertThat(LockHolder.isLocked(file)).isFalse();
  }

  @Test
  void aClosedLockCanBeHadAgain() throws IOException {
    Path file = folder.resolve("lock");
    for (int i = 0; i < 2; i++) {
      try (LockedFile lock = LockedFile.tryLock(file).orElseThrow()) {
        assertThat(lock).isNotNull();
      }
    }
  }
}
