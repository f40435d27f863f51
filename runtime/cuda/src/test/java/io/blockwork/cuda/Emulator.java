package io.blockwork.cuda;

import com.sun.jna.NativeLibrary;
import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.cuda.driver.LibraryFolders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** CUDA's driver, NVRTC and cuDNN on the CPU: one library under their three names. */
final class Emulator {
  private static final Path FOLDER =
      Path.of(System.getProperty("blockwork.cuda.emulator", "target/emulator")).toAbsolutePath();

  private static final List<String> NAMES =
      List.of("libcuda.so.1", "libnvrtc.so.13", "libcudnn.so.9");

  private final NativeLibrary control;

  private Emulator(NativeLibrary control) {
    this.control = control;
  }

  /** The emulator, compiled if need be; the test is skipped where there is no g++. */
  static Emulator get() {
    try {
      return new Emulator(NativeLibrary.getInstance(library().toString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static synchronized Path library() throws IOException {
    Files.createDirectories(FOLDER);
    Path source = FOLDER.resolve("emulator.cpp");
    boolean same = copy("emulator.cpp", source);
    Path library = FOLDER.resolve("libemulator.so");
    copy("kernel.h", FOLDER.resolve("kernel.h"));
    if (!same || !Files.exists(library)) {
      Path made = FOLDER.resolve("libemulator.so.new");
      compile(source, made);
      Files.move(made, library, StandardCopyOption.REPLACE_EXISTING);
    }
    for (String name : NAMES) {
      Path link = FOLDER.resolve(name);
      if (!Files.exists(link)) {
        Files.createSymbolicLink(link, library.getFileName());
      }
    }
    return library;
  }

  /** Whether the copy was there already. */
  private static boolean copy(String resource, Path to) throws IOException {
    try (InputStream in = Emulator.class.getResourceAsStream(resource)) {
      byte[] bytes = Objects.requireNonNull(in, resource).readAllBytes();
      // The emulator learns where it is from its own source: the environment cannot be changed.
      byte[] text =
          new String(bytes, StandardCharsets.UTF_8)
              .replace("@FOLDER@", FOLDER.toString())
              .getBytes(StandardCharsets.UTF_8);
      if (Files.exists(to) && Arrays.equals(Files.readAllBytes(to), text)) {
        return true;
      }
      Files.write(to, text);
      return false;
    }
  }

  private static void compile(Path source, Path library) throws IOException {
    List<String> command =
        List.of(
            "g++",
            "-std=c++17",
            "-O2",
            "-shared",
            "-fPIC",
            "-o",
            library.toString(),
            source.toString(),
            "-ldl");
    Path log = FOLDER.resolve("emulator.log");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      Assumptions.abort("there is no g++ to compile the emulator with: " + e.getMessage());
      return;
    }
    try {
      if (process.waitFor() != 0) {
        throw new IOException(Files.readString(log));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  LibraryFolders folders() {
    return LibraryFolders.only(FOLDER);
  }

  CudaEngine engine(Numerics numerics) {
    return CudaEngine.open(folders(), 0, numerics, true, Optional.empty());
  }

  /** Calls of the thread that called {@link #failAt}, since then. */
  long calls() {
    return control.getFunction("emulator_calls").invokeLong(new Object[0]);
  }

  /** Makes the n-th call of this thread from now on fail; 0: none. */
  void failAt(long n) {
    control.getFunction("emulator_fail_at").invokeVoid(new Object[] {n});
  }

  /** The function that was made to fail, or an empty text. */
  String failed() {
    return control.getFunction("emulator_failed").invokeString(new Object[0], false);
  }

  /** What has been made and not given back, without contexts and handles of devices. */
  long live() {
    return control.getFunction("emulator_live").invokeLong(new Object[0]);
  }

  /** Contexts and handles of devices that are open. */
  long opened() {
    return control.getFunction("emulator_opened").invokeLong(new Object[0]);
  }

  /** Bytes that were copied from devices to the host so far. */
  long bytesToHost() {
    return control.getFunction("emulator_to_host").invokeLong(new Object[0]);
  }

  /** Sets the bytes of the device's memory that may still be taken. */
  void capacity(long bytes) {
    control.getFunction("emulator_capacity").invokeVoid(new Object[] {bytes});
  }

  /** Sets the major number of the device's compute capability; 9 at first. */
  void capability(int major) {
    control.getFunction("emulator_capability").invokeVoid(new Object[] {major});
  }
}
