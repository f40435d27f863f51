package io.blockwork.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The code of the README: complete files, which a comment before them names, and commands. */
final class Readme {
  private static final Pattern FILE =
      Pattern.compile("<!-- file: (\\S+) -->\\R```\\w*\\R(.*?)```", Pattern.DOTALL);
  private static final Pattern COMMANDS = Pattern.compile("```sh\\R(.*?)```", Pattern.DOTALL);

  private static final Pattern ERROR =
      Pattern.compile("<!-- error -->\\R```text\\R(.*?)```", Pattern.DOTALL);

  private final String text;

  private Readme(String text) {
    this.text = text;
  }

  /** The README of the project that the tests belong to. */
  static Readme open() throws IOException {
    return new Readme(Files.readString(Path.of("..", "README.md")));
  }

  /** The files, by their paths in a user's project. */
  Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    Matcher matcher = FILE.matcher(text);
    while (matcher.find()) {
      files.put(matcher.group(1), matcher.group(2));
    }
    return files;
  }

  /** The error message that it shows. */
  String error() {
    Matcher matcher = ERROR.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("the README shows no error");
    }
    return matcher.group(1);
  }

  /** The lines of all shell blocks. */
  List<String> commands() {
    List<String> commands = new ArrayList<>();
    Matcher matcher = COMMANDS.matcher(text);
    while (matcher.find()) {
      commands.addAll(matcher.group(1).lines().toList());
    }
    return commands;
  }
}
