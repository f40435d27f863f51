package io.blockwork.readme;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The code of the README, or of a page of the guide: complete files and outputs of programs, which
 * a comment before them names, and commands.
 */
final class Readme {
  private static final Pattern FILE =
      Pattern.compile("<!-- file: (\\S+) -->\\R```\\w*\\R(.*?)```", Pattern.DOTALL);
  private static final Pattern OUTPUT =
      Pattern.compile("<!-- output: (\\S+) -->\\R```text\\R(.*?)```", Pattern.DOTALL);
  private static final Pattern GENERATED =
      Pattern.compile("<!-- generated: (\\S+) -->\\R```text\\R(.*?)```", Pattern.DOTALL);
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

  /** The pages of a folder. */
  static List<Readme> pages(Path folder) throws IOException {
    List<Readme> pages = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.md")) {
      for (Path file : files) {
        pages.add(new Readme(Files.readString(file)));
      }
    }
    return pages;
  }

  /** The files, by their paths in a user's project. */
  Map<String, String> files() {
    return named(FILE);
  }

  /** What programs print, by the names of their classes. */
  Map<String, String> outputs() {
    return named(OUTPUT);
  }

  /** Parts of generated files, each with the file's path before it. */
  List<Map.Entry<String, String>> generated() {
    return GENERATED
        .matcher(text)
        .results()
        .map(part -> Map.entry(part.group(1), part.group(2)))
        .toList();
  }

  private Map<String, String> named(Pattern pattern) {
    Map<String, String> blocks = new LinkedHashMap<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      blocks.put(matcher.group(1), matcher.group(2));
    }
    return blocks;
  }

  /** All that it shows in a language. */
  List<String> blocks(String language) {
    return Pattern.compile("```" + language + "\\R(.*?)```", Pattern.DOTALL)
        .matcher(text)
        .results()
        .map(block -> block.group(1))
        .toList();
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
