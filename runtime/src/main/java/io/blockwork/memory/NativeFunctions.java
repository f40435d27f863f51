package io.blockwork.memory;

import com.sun.jna.Function;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/** Functions of libraries that the process has loaded, for which nobody offers a Java method. */
public final class NativeFunctions {
  private NativeFunctions() {}

  /**
   * The function of that name, or nothing if no loaded library has it or this system has no JNA.
   *
   * <p>JavaCPP looks the name up: JNA would search the disk for a library to load, and might find
   * another copy of one that is loaded already.
   */
  public static Optional<Function> find(String name) {
    try {
      Loader.load(Loader.class);
      Pointer address = Loader.addressof(name);
      return Optional.ofNullable(address)
          .map(a -> Function.getFunction(new com.sun.jna.Pointer(a.address())));
    } catch (LinkageError e) {
      return Optional.empty();
    }
  }
}
