package io.blockwork.cuda.driver;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import io.blockwork.io.SafeText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Kernels in CUDA C++, compiled for one device when they are first used, and kept as long as its
 * context.
 */
public final class KernelModule {
  private final Device device;
  private final long handle;
  private final Map<String, Long> functions = new HashMap<>();

  private KernelModule(Device device, long handle) {
    this.device = device;
    this.handle = handle;
  }

  /**
   * Compiles kernels.
   *
   * @param name of the source, for messages
   * @param source all of it: nothing is included
   * @param definitions macros to define
   * @throws IllegalStateException if it does not compile
   */
  public static KernelModule compile(
      Device device, String name, String source, List<String> definitions) {
    Nvrtc nvrtc = device.libraries().nvrtc();
    long[] program = {0};
    nvrtc.nvrtcCreateProgram(program, source, name, 0, 0L, 0L);
    try {
      int newest = newestArchitecture(nvrtc);
      boolean known = device.capability() <= newest;
      List<String> options = new ArrayList<>();
      options.add(
          known
              ? "--gpu-architecture=sm_" + device.capability()
              : "--gpu-architecture=compute_" + newest);
      options.add("--std=c++17");
      definitions.forEach(d -> options.add("-D" + d));
      compile(nvrtc, program[0], name, options);
      byte[] code = known ? machineCode(nvrtc, program[0]) : portableCode(nvrtc, program[0]);
      long[] module = {0};
      device.driver().cuModuleLoadData(module, code);
      return new KernelModule(device, module[0]);
    } finally {
      nvrtc.nvrtcDestroyProgram(program);
    }
  }

  private static int newestArchitecture(Nvrtc nvrtc) {
    int[] count = {0};
    nvrtc.nvrtcGetNumSupportedArchs(count);
    int[] all = new int[count[0]];
    nvrtc.nvrtcGetSupportedArchs(all);
    return Arrays.stream(all).max().orElse(0);
  }

  private static void compile(Nvrtc nvrtc, long program, String name, List<String> options) {
    List<Memory> texts = new ArrayList<>();
    try (Memory addresses = new Memory((long) Native.POINTER_SIZE * options.size())) {
      for (int i = 0; i < options.size(); i++) {
        byte[] bytes = options.get(i).getBytes(StandardCharsets.UTF_8);
        Memory text = new Memory(bytes.length + 1L);
        texts.add(text);
        text.write(0, bytes, 0, bytes.length);
        text.setByte(bytes.length, (byte) 0);
        addresses.setPointer((long) Native.POINTER_SIZE * i, text);
      }
      nvrtc.nvrtcCompileProgram(program, options.size(), addresses);
    } catch (CudaException e) {
      throw new IllegalStateException(
          SafeText.format("the kernels %s do not compile with %s: ", name, options)
              + log(nvrtc, program),
          e);
    } finally {
      texts.forEach(Memory::close);
    }
  }

  private static String log(Nvrtc nvrtc, long program) {
    long[] bytes = {0};
    nvrtc.nvrtcGetProgramLogSize(program, bytes);
    byte[] log = new byte[(int) Math.max(1, bytes[0])];
    nvrtc.nvrtcGetProgramLog(program, log);
    return new String(log, StandardCharsets.UTF_8).replaceAll("\0.*", "").strip();
  }

  private static byte[] machineCode(Nvrtc nvrtc, long program) {
    long[] bytes = {0};
    nvrtc.nvrtcGetCUBINSize(program, bytes);
    byte[] code = new byte[(int) bytes[0]];
    nvrtc.nvrtcGetCUBIN(program, code);
    return code;
  }

  private static byte[] portableCode(Nvrtc nvrtc, long program) {
    long[] bytes = {0};
    nvrtc.nvrtcGetPTXSize(program, bytes);
    byte[] code = new byte[(int) bytes[0]];
    nvrtc.nvrtcGetPTX(program, code);
    return code;
  }

  private synchronized long function(String name) {
    Long known = functions.get(name);
    if (known != null) {
      return known;
    }
    long[] function = {0};
    device.driver().cuModuleGetFunction(function, handle, name);
    functions.put(name, function[0]);
    return function[0];
  }

  /**
   * How many threads a kernel runs on.
   *
   * @param gridX blocks, horizontally
   * @param gridY blocks, vertically
   * @param blockX threads of a block, horizontally
   * @param blockY threads of a block, vertically
   */
  public record Grid(int gridX, int gridY, int blockX, int blockY) {}

  /**
   * Puts a kernel on a stream.
   *
   * @param arguments {@link Integer}, {@link Long}, {@link Float} or {@link Double}, exactly as the
   *     kernel declares them; addresses are longs
   */
  public void launch(Stream stream, String kernel, Grid grid, Object... arguments) {
    long size = (long) Long.BYTES * arguments.length;
    try (Memory values = new Memory(2 * size)) {
      for (int i = 0; i < arguments.length; i++) {
        long at = (long) Long.BYTES * i;
        Object argument = arguments[i];
        if (argument instanceof Integer value) {
          values.setInt(at, value);
        } else if (argument instanceof Float value) {
          values.setFloat(at, value);
        } else if (argument instanceof Double value) {
          values.setDouble(at, value);
        } else {
          values.setLong(at, (Long) argument);
        }
        values.setPointer(size + at, values.share(at));
      }
      device
          .driver()
          .cuLaunchKernel(
              function(kernel),
              grid.gridX(),
              grid.gridY(),
              1,
              grid.blockX(),
              grid.blockY(),
              1,
              0,
              stream.handle(),
              values.share(size),
              null);
    } catch (CudaException e) {
      throw e.at(kernel);
    }
  }
}
