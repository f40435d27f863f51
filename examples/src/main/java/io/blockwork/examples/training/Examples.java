package io.blockwork.examples.training;

import io.blockwork.examples.predict.Failures;
import io.blockwork.examples.predict.Predict;
import io.blockwork.examples.predict.Versions;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The examples as subcommands of one command. */
@Command(
    name = "examples",
    description = "Trains networks, shows how gradients flow, and names what is in pictures.",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    subcommands = {
      Cifar10Command.class,
      FineTuneCommand.class,
      GradientFlowCommand.class,
      Predict.class,
      HelpCommand.class
    })
public final class Examples {
  /** Made by picocli. */
  public Examples() {}

  /** The command, for tests and other programs. */
  public static CommandLine commandLine() {
    return new CommandLine(new Examples())
        .setExecutionExceptionHandler(
            (e, line, parsed) -> {
              line.getErr().println("error: " + Failures.text(e));
              return 1;
            });
  }

  /**
   * Runs a subcommand.
   *
   * @param args its name and options
   */
  public static void main(String[] args) {
    int code = commandLine().execute(args.length == 0 ? new String[] {"help"} : args);
    if (code != 0) {
      System.exit(code);
    }
  }
}
