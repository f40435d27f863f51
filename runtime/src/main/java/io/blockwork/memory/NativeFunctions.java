package io.blockwork.memory;

import com.sun.jna.Function;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/** Functions of libraries that the process has loaded, for which nobody offers a Java method. */
public final class NativeFunctions {
  private NativeFunctions() {}

  /** A function of the C calling convention. */
  @FunctionalInterface
  public interface NativeFunction {
    /**
     * Calls it.
     *
     * @param arguments {@link Integer} for C's int, {@link Long} for pointers and sizes of 64 bits
     * @return its result, if that is an int; else undefined
     */
    int call(Object... arguments);
  }

  /**
   * The function of that name, or nothing if no loaded library has it, or JNA is not there or does
   * not work here.
   *
   * <p>JavaCPP looks the name up: JNA would search the disk for a library to load, and might find
   * another copy of one that is loaded already.
   */
  public static Optional<NativeFunction> find(String name) {
    JavaCpp.prepare();
    try {
      Loader.load(Loader.class);
      Pointer address = Loader.addressof(name);
      return address == null ? Optional.empty() : Optional.of(Jna.function(address.address()));
    } catch (LinkageError e) {
      return Optional.empty();
    } catch (Error e) {
      // JNA throws nothing more special when it finds a native library of another version.
      if (e.getClass() == Error.class) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** A class of its own, so that the outer one is of use where there is no JNA. */
  private static final class Jna {
    static NativeFunction function(long address) {
      return Function.getFunction(new com.sun.jna.Pointer(address))::invokeInt;
    }
  }
}
