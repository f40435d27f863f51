package io.blockwork.cuda.driver;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import io.blockwork.io.SafeText;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * CUDA's driver, NVRTC and cuDNN, loaded from absolute paths.
 *
 * @param driver the driver
 * @param nvrtc the compiler
 * @param cudnn cuDNN 9
 * @param origin where they were found, for people to read
 */
public record CudaLibraries(Driver driver, Nvrtc nvrtc, Cudnn cudnn, String origin) {
  private static final int OLDEST_CUDNN = 90000;
  private static final int TEXT = 1024;

  /**
   * Loads the libraries.
   *
   * @param folders where to look
   * @throws IllegalStateException if one is missing or too old; the message says which, where it
   *     was looked for, and what to install
   */
  public static CudaLibraries load(LibraryFolders folders) {
    if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")) {
      throw new IllegalStateException(
          "blockwork-cuda runs on Linux, this is " + System.getProperty("os.name"));
    }
    Path driverFile =
        find(folders, "NVIDIA's driver", "install the driver of an NVIDIA card", "libcuda.so.1");
    Path nvrtcFile =
        find(
            folders,
            "CUDA's run-time compiler",
            "install CUDA 13 or 12, or the Python package nvidia-cuda-nvrtc",
            "libnvrtc.so.13",
            "libnvrtc.so.12");
    Path cudnnFile =
        find(
            folders,
            "cuDNN 9",
            "install cuDNN 9, or the Python package nvidia-cudnn-cu13 (or -cu12)",
            "libcudnn.so.9");
    NativeLibrary cuda = open(driverFile);
    // What these libraries load by name is found if it is loaded already.
    LibraryFolders.beside(nvrtcFile, "libnvrtc-builtins.so.*").forEach(CudaLibraries::open);
    NativeLibrary compiler = open(nvrtcFile);
    String major = nvrtcFile.toString().replaceAll(".*\\.", "");
    for (String helper : List.of("libcublasLt.so.", "libcublas.so.")) {
      folders.find(helper + major).ifPresent(CudaLibraries::open);
    }
    for (String part : List.of("graph", "ops", "cnn", "adv")) {
      LibraryFolders.beside(cudnnFile, "libcudnn_" + part + ".so.9").forEach(CudaLibraries::open);
    }
    NativeLibrary dnn = open(cudnnFile);
    Function lastError = dnn.getFunction("cudnnGetLastErrorString");
    Function statusText = dnn.getFunction("cudnnGetErrorString");
    Cudnn cudnn = Calls.of(Cudnn.class, dnn, status -> describe(statusText, lastError, status));
    long version = cudnn.cudnnGetVersion();
    if (version < OLDEST_CUDNN) {
      throw new IllegalStateException(
          SafeText.format(
              "%s is cuDNN %d, expected 9 or newer: install cuDNN 9", cudnnFile, version));
    }
    Function errorName = cuda.getFunction("cuGetErrorName");
    Function errorText = cuda.getFunction("cuGetErrorString");
    Function nvrtcText = compiler.getFunction("nvrtcGetErrorString");
    return new CudaLibraries(
        Calls.of(
            Driver.class,
            cuda,
            status -> driverText(errorName, status) + ", " + driverText(errorText, status)),
        Calls.of(Nvrtc.class, compiler, status -> text(nvrtcText, status)),
        cudnn,
        SafeText.format("%s, %s, %s (cuDNN %d)", driverFile, nvrtcFile, cudnnFile, version));
  }

  private static Path find(LibraryFolders folders, String what, String how, String... names) {
    Optional<Path> file = folders.find(names);
    return file.orElseThrow(
        () ->
            new IllegalStateException(
                SafeText.format(
                    "%s (%s) was not found in %s: %s, or name its folder in the system property %s",
                    what, String.join(" or ", names), folders, how, LibraryFolders.PROPERTY)));
  }

  private static NativeLibrary open(Path file) {
    try {
      return NativeLibrary.getInstance(file.toString());
    } catch (UnsatisfiedLinkError e) {
      throw new IllegalStateException(
          SafeText.format("%s cannot be loaded: %s", file, e.getMessage()), e);
    }
  }

  private static String text(Function function, int status) {
    Pointer text = function.invokePointer(new Object[] {status});
    return text == null ? "unknown" : text.getString(0);
  }

  private static String driverText(Function function, int status) {
    long[] text = {0};
    int failed = function.invokeInt(new Object[] {status, text});
    return failed != 0 || text[0] == 0 ? "unknown" : new Pointer(text[0]).getString(0);
  }

  private static String describe(Function statusText, Function lastError, int status) {
    byte[] more = new byte[TEXT];
    lastError.invokeVoid(new Object[] {more, (long) more.length});
    return text(statusText, status) + detail(more);
  }

  private static String detail(byte[] text) {
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    String detail = new String(text, 0, end, StandardCharsets.UTF_8).replaceAll("\\s+", " ").trim();
    return detail.isEmpty() ? "" : ": " + detail;
  }
}
