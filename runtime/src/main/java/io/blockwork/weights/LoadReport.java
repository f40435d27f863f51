package io.blockwork.weights;

import io.blockwork.io.SafeText;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What loading did.
 *
 * @param loaded the network's entries that now have the file's values
 * @param missing the network's entries that the file lacks; after strict loading at most {@code
 *     num_batches_tracked}
 * @param leftOut the file's tensors of auxiliary outputs that the network was declared without
 * @param unexpected the file's tensors that the network has no entry for
 * @param misfits entries whose shape or number type in the file is another, with both
 * @param ignored what {@link Load#ignoring} and {@link Load#replacingHeads} left out, in the
 *     network's names
 * @param renamed the file's names that were read as others of the network
 * @param prefix what every name of the file began with, as {@code module.}, and the network's do
 *     not; may be empty
 * @param classes for people: whose classes the network tells apart now, if the file's are not those
 *     that it knew; else empty
 */
public record LoadReport(
    List<String> loaded,
    List<String> missing,
    List<String> leftOut,
    List<String> unexpected,
    List<String> misfits,
    List<String> ignored,
    Map<String, String> renamed,
    String prefix,
    String classes) {

  /** Copies the lists. */
  public LoadReport {
    Objects.requireNonNull(loaded, "loaded");
    Objects.requireNonNull(missing, "missing");
    Objects.requireNonNull(leftOut, "leftOut");
    Objects.requireNonNull(unexpected, "unexpected");
    Objects.requireNonNull(misfits, "misfits");
    Objects.requireNonNull(ignored, "ignored");
    Objects.requireNonNull(renamed, "renamed");
    Objects.requireNonNull(prefix, "prefix");
    Objects.requireNonNull(classes, "classes");
    loaded = List.copyOf(loaded);
    missing = List.copyOf(missing);
    leftOut = List.copyOf(leftOut);
    unexpected = List.copyOf(unexpected);
    misfits = List.copyOf(misfits);
    ignored = List.copyOf(ignored);
    renamed = Map.copyOf(renamed);
  }

  /** Whether every entry of the network has been loaded. */
  public boolean complete() {
    return missing.isEmpty() && misfits.isEmpty() && ignored.isEmpty();
  }

  /** A line for what was loaded and one for each kind of what was left out. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(SafeText.format("loaded %d tensors", loaded.size()));
    if (!prefix.isEmpty()) {
      text.append(SafeText.format(", without the prefix %s of their names", prefix));
    }
    append(text, "missing in the file", missing);
    append(text, "of auxiliary outputs that the network leaves out", leftOut);
    append(text, "not in the network", unexpected);
    append(text, "of another shape or type", misfits);
    append(text, "ignored", ignored);
    if (!classes.isEmpty()) {
      text.append("\n  ").append(classes);
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String what, List<String> names) {
    if (!names.isEmpty()) {
      text.append(SafeText.format("\n  %d %s: %s", names.size(), what, String.join(", ", names)));
    }
  }
}
