package io.blockwork.engine;

import io.blockwork.io.AtomicFile;
import io.blockwork.io.FileException;
import io.blockwork.io.SafeText;
import io.blockwork.io.Uninterrupted;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/**
 * What engines have found out by measuring, for any number of networks, engines and threads of a
 * process, and, in a file, for other processes.
 *
 * <p>The file is text: below a heading, a line for each finding, with tabs between the machine (its
 * processor, and the versions of the kernels), what was measured, and the finding. Machines may
 * share one. It may be deleted at any time; one that is damaged is ignored, with a warning, and
 * written anew.
 */
public final class Tuning {
  private static final String HEADING = "# Blockwork's measurements, 1";

  /**
   * What a finding is about.
   *
   * @param machine processor and versions
   * @param subject what was measured
   */
  public record Key(String machine, String subject) {
    /** Puts both on one line, without tabs. */
    public Key {
      machine = SafeText.of(machine);
      subject = SafeText.of(subject);
    }
  }

  private final Optional<Path> file;

  /** Guarded by this, as all else. */
  private final Map<Key, String> findings = new HashMap<>();

  private Optional<Key> measuring = Optional.empty();

  private Tuning(Optional<Path> file) {
    this.file = file;
    file.ifPresent(f -> findings.putAll(read(f)));
  }

  /** Findings for this process. */
  public static Tuning inMemory() {
    return new Tuning(Optional.empty());
  }

  /**
   * Findings that are also kept in a file.
   *
   * @param file that is read now, if it is there, and written when something new is found
   */
  public static Tuning keptIn(Path file) {
    return new Tuning(Optional.of(file));
  }

  /**
   * What is known, or else what is measured now, by one caller at a time. Meanwhile, whoever asks
   * for the same waits for it; whoever asks for something else that is not known is told nothing
   * rather than held up, since two measurements at once would disturb each other.
   *
   * @param <T> the finding
   * @param key what it is about
   * @param parse reads a finding from the text that {@code toString} gave; empty if it makes no
   *     sense, and is to be measured anew
   * @param measure finds it out
   */
  public <T> Optional<T> find(
      Key key, Function<String, Optional<T>> parse, Supplier<? extends T> measure) {
    synchronized (this) {
      awaitMeasurement(key);
      Optional<T> known = Optional.ofNullable(findings.get(key)).flatMap(parse);
      if (known.isPresent() || measuring.isPresent()) {
        return known;
      }
      measuring = Optional.of(key);
    }
    try {
      T finding = measure.get();
      keep(key, SafeText.of(finding));
      return Optional.of(finding);
    } finally {
      synchronized (this) {
        measuring = Optional.empty();
        notifyAll();
      }
    }
  }

  private synchronized void awaitMeasurement(Key key) {
    boolean interrupted = false;
    while (measuring.equals(Optional.of(key))) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void keep(Key key, String finding) {
    findings.put(key, finding);
    if (file.isEmpty()) {
      return;
    }
    // Others may have written since.
    Map<Key, String> all = read(file.get());
    all.put(key, finding);
    StringBuilder text = new StringBuilder(HEADING).append('\n');
    all.entrySet().stream().map(Tuning::line).sorted().forEach(text::append);
    try {
      AtomicFile.write(file.get(), text.toString().getBytes(StandardCharsets.UTF_8));
    } catch (FileException e) {
      warn("measurements are not kept: {}", SafeText.of(e.getMessage()));
    }
  }

  private static String line(Map.Entry<Key, String> finding) {
    Key key = finding.getKey();
    return key.machine() + '\t' + key.subject() + '\t' + finding.getValue() + '\n';
  }

  private static Map<Key, String> read(Path file) {
    Map<Key, String> findings = new HashMap<>();
    try {
      List<String> lines = Uninterrupted.call(() -> Files.readAllLines(file));
      boolean whole = !lines.isEmpty() && lines.get(0).equals(HEADING);
      for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
        String[] fields = line.split("\t", -1);
        whole &= fields.length == 3;
        if (whole) {
          findings.put(new Key(fields[0], fields[1]), fields[2]);
        }
      }
      if (whole) {
        return findings;
      }
      warn("{}: not a file of measurements, or a damaged one; it is ignored", SafeText.of(file));
    } catch (NoSuchFileException e) {
      // The first process to look for it.
    } catch (IOException e) {
      warn("measurements cannot be read, and are made anew: {}", SafeText.of(e));
    }
    return new HashMap<>();
  }

  private static void warn(String message, String detail) {
    LoggerFactory.getLogger(Tuning.class).warn(message, detail);
  }
}
