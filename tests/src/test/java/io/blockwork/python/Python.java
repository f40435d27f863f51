package io.blockwork.python;

import static com.google.common.truth.Truth.assertWithMessage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An interpreter of Python that has the modules that a test needs: that of {@code
 * -Dblockwork.python}, the first on the path, or the system's.
 *
 * @param program to be started
 */
public record Python(String program) {
  /** One that has the modules; none is a reason to skip a test, with a word. */
  public static Optional<Python> with(String... modules) throws InterruptedException {
    for (String each :
        List.of(System.getProperty("blockwork.python", "python3"), "python3", "/usr/bin/python3")) {
      try {
        Process process =
            new ProcessBuilder(each, "-c", "import " + String.join(", ", modules))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() == 0) {
          return Optional.of(new Python(each));
        }
      } catch (IOException e) {
        // There is no such program.
      }
    }
    return Optional.empty();
  }

  /** Runs a script, which has to succeed. */
  public String run(String... arguments) throws IOException, InterruptedException {
    return runIn(Path.of(""), arguments);
  }

  /** Runs a script in a folder; it has to succeed. */
  public String runIn(Path folder, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toAbsolutePath().toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertWithMessage(output).that(process.waitFor()).isEqualTo(0);
    return output;
  }
}
