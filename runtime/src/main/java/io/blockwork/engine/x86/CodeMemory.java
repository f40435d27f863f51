package io.blockwork.engine.x86;

import io.blockwork.memory.Address;
import io.blockwork.memory.NativeFunctions;
import io.blockwork.memory.NativeFunctions.NativeFunction;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;

/**
 * Machine code in memory that the processor may execute. It is written once, then made executable,
 * and is never both: systems that enforce this rule (SELinux, hardened containers) may refuse the
 * change, and then there is no code.
 */
public final class CodeMemory implements AutoCloseable {
  private static final int PROT_READ_WRITE = 1 | 2;
  private static final int PROT_READ_EXECUTE = 1 | 4;

  /** Linux's {@code MAP_PRIVATE | MAP_ANONYMOUS}. */
  private static final int PRIVATE_ANONYMOUS = 2 | 0x20;

  private static final long PAGE = 4096;

  private final Functions functions;
  private final long address;
  private final long bytes;
  private boolean closed;

  private record Functions(NativeFunction map, NativeFunction protect, NativeFunction unmap) {}

  /** Looked up on first use, once. */
  private static final class Holder {
    static final Optional<Functions> FUNCTIONS = find();

    private static Optional<Functions> find() {
      if (!System.getProperty("os.name").startsWith("Linux")) {
        return Optional.empty(); // the constants are Linux's
      }
      return NativeFunctions.find("mmap")
          .flatMap(
              map ->
                  NativeFunctions.find("mprotect")
                      .flatMap(
                          protect ->
                              NativeFunctions.find("munmap")
                                  .map(unmap -> new Functions(map, protect, unmap))));
    }
  }

  private CodeMemory(Functions functions, long address, long bytes) {
    this.functions = functions;
    this.address = address;
    this.bytes = bytes;
  }

  /**
   * Makes code executable.
   *
   * @param code position-independent machine code that starts with a function's first instruction
   * @return the code, or nothing where the system has no such memory to give or forbids it
   */
  public static Optional<CodeMemory> of(byte[] code) {
    return Holder.FUNCTIONS.flatMap(functions -> of(functions, code));
  }

  private static Optional<CodeMemory> of(Functions functions, byte[] code) {
    long bytes = (code.length + PAGE - 1) / PAGE * PAGE;
    long address =
        functions.map().callForAddress(0L, bytes, PROT_READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
    if (address == -1) {
      return Optional.empty();
    }
    CodeMemory memory = new CodeMemory(functions, address, bytes);
    new BytePointer(new Address(address, code.length)).put(code);
    if (functions.protect().call(address, bytes, PROT_READ_EXECUTE) != 0) {
      memory.close();
      return Optional.empty();
    }
    return Optional.of(memory);
  }

  /** Where the code starts. */
  public long address() {
    return address;
  }

  /** Gives the memory back. No call may be running. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      functions.unmap().call(address, bytes);
    }
  }
}
