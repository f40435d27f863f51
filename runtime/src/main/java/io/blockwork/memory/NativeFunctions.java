package io.blockwork.memory;

import com.sun.jna.Function;
import com.sun.jna.Native;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/** Functions of libraries that the process has loaded, for which nobody offers a Java method. */
public final class NativeFunctions {
  private NativeFunctions() {}

  /**
   * A function of the C calling convention. Its arguments are {@link Integer} for C's int, and
   * {@link Long} for pointers and sizes of 64 bits.
   */
  public interface NativeFunction {
    /** Calls it; the result is undefined if the function's is not an int. */
    int call(Object... arguments);

    /** Calls a function whose result is an address, or another number of 64 bits. */
    long callForAddress(Object... arguments);
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
      return address == null ? Optional.empty() : Optional.of(Jna.at(address.address()));
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

  /**
   * Starts JNA, which is done once and takes as long as some predictions, so that {@link #find}
   * does not have to wait for it. To be called on another thread.
   */
  public static void prepare() {
    Jna.start();
  }

  /** A class of its own, so that the outer one is of use where there is no JNA. */
  private record Jna(Function function) implements NativeFunction {
    static void start() {
      Native.toByteArray("");
    }

    static NativeFunction at(long address) {
      return new Jna(Function.getFunction(new com.sun.jna.Pointer(address)));
    }

    @Override
    public int call(Object... arguments) {
      return function.invokeInt(arguments);
    }

    @Override
    public long callForAddress(Object... arguments) {
      return function.invokeLong(arguments);
    }
  }
}
