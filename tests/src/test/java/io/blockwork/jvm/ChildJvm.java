package io.blockwork.jvm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs of the tests in processes of their own, with the tests' Java and class path. */
public final class ChildJvm {
  private ChildJvm() {}

  /** The command that runs a class. */
  public static List<String> command(List<String> options, Class<?> program, Object... arguments) {
    return command(options, System.getProperty("java.class.path"), program, arguments);
  }

  /** The command that runs a class with another class path. */
  public static List<String> command(
      List<String> options, String classPath, Class<?> program, Object... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, program.getName()));
    for (Object argument : arguments) {
      command.add(String.valueOf(argument));
    }
    return command;
  }

  /** Runs a process to its end; what it prints, in the order in which it does. */
  public static String output(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
