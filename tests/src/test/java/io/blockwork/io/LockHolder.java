package io.blockwork.io;

import io.blockwork.jvm.ChildJvm;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A process that holds a file's lock until its input ends. */
final class LockHolder {
  private LockHolder() {}

  /** Locks the file, or prints that another process has. */
  public static void main(String[] args) throws IOException {
    try (FileChannel channel =
        FileChannel.open(Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      System.out.write(channel.tryLock() == null ? 'o' : 'l');
      System.out.flush();
      System.in.transferTo(java.io.OutputStream.nullOutputStream());
    }
  }

  /** Starts one. It must run in a process of its own: within one, Java refuses a second lock. */
  static Process start(Path file) throws IOException {
    return new ProcessBuilder(ChildJvm.command(List.of(), LockHolder.class, file)).start();
  }

  /** Whether another process finds the file locked. */
  static boolean isLocked(Path file) throws IOException, InterruptedException {
    Process process = start(file);
    int answer = process.getInputStream().read();
    process.getOutputStream().close();
    process.waitFor();
    return switch (answer) {
      case 'o' -> true;
      case 'l' -> false;
      default -> throw new IllegalStateException("no answer");
    };
  }
}
