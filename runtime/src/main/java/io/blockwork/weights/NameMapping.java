package io.blockwork.weights;

import io.blockwork.io.NearestName;
import io.blockwork.io.SafeText;
import io.blockwork.parameters.ParameterInfo;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which name of the network each tensor of a file goes by.
 *
 * @param prefix what was taken off all of the file's names
 * @param sources the file's names by the network's (or what they are read as), in the file's order
 */
record NameMapping(String prefix, Map<String, String> sources) {
  /** What wrappers put before the names of the network that they hold. */
  private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.", "model.", "net.");

  private static final List<String> HEADS = List.of("fc", "classifier", "linear", "head");

  /** torchvision's DenseNet files were saved when modules could have a dot in their names. */
  private static final Pattern OLD_DENSENET =
      Pattern.compile("(.*denselayer\\d+\\.(?:norm|conv))\\.([12]\\.[a-z_]+)");

  static NameMapping of(Load load, Map<String, ParameterInfo> network) {
    String prefix = prefix(load.weights().names(), network.keySet());
    return new NameMapping(prefix, sources(load, network, prefix));
  }

  private static String prefix(List<String> names, Set<String> network) {
    String prefix = "";
    Optional<String> next = Optional.of("");
    while (next.isPresent()) {
      prefix += next.get();
      String before = prefix;
      next =
          WRAPPERS.stream()
              .filter(
                  w -> !names.isEmpty() && names.stream().allMatch(n -> n.startsWith(before + w)))
              .filter(w -> network.stream().noneMatch(n -> n.startsWith(w)))
              .findFirst();
    }
    return prefix;
  }

  private static Map<String, String> sources(
      Load load, Map<String, ParameterInfo> network, String prefix) {
    Weights weights = load.weights();
    Map<String, String> sources = new LinkedHashMap<>();
    List<String> names = weights.names();
    List<String> renamed = renamed(load, names, prefix);
    for (int i = 0; i < names.size(); i++) {
      put(weights, sources, modern(renamed.get(i), network.keySet()), names.get(i));
    }
    Optional<String> own = head(h -> network.containsKey(h) && network.get(h).shape().size() == 2);
    Optional<String> theirs =
        head(h -> sources.containsKey(h) && weights.shape(sources.get(h)).length == 2);
    if (own.isEmpty() || theirs.isEmpty() || own.equals(theirs)) {
      return sources;
    }
    String from = theirs.get() + ".";
    String to = own.get() + ".";
    Map<String, String> mapped = new LinkedHashMap<>();
    sources.forEach(
        (target, name) -> {
          boolean head = target.startsWith(from) && !network.containsKey(target);
          put(weights, mapped, head ? to + target.substring(from.length()) : target, name);
        });
    return mapped;
  }

  /**
   * The names without the prefix, as the user wants them.
   *
   * @throws WeightsException if a module that is renamed is none: it is mistyped
   */
  private static List<String> renamed(Load load, List<String> names, String prefix) {
    List<String> renamed = names.stream().map(name -> name.substring(prefix.length())).toList();
    for (UnaryOperator<String> renaming : load.renamings()) {
      if (renaming instanceof ModuleRenaming module
          && renamed.stream().noneMatch(module::concerns)) {
        throw new WeightsException(
            SafeText.format(
                "%s: renaming(\"%s\", \"%s\") names nothing in the file%s",
                load.weights(),
                module.from(),
                module.to(),
                NearestName.suggestion(module.from(), modules(renamed))));
      }
      renamed = renamed.stream().map(renaming).toList();
    }
    return renamed;
  }

  /** All modules that have one of the names below them, and the names. */
  static Set<String> modules(List<String> names) {
    Set<String> modules = new LinkedHashSet<>();
    for (String name : names) {
      for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
        modules.add(name.substring(0, dot));
      }
      modules.add(name);
    }
    return modules;
  }

  private static void put(
      Weights weights, Map<String, String> sources, String target, String name) {
    String other = sources.putIfAbsent(target, name);
    if (other != null) {
      throw new WeightsException(
          SafeText.format(
              "%s: %s and %s would both be loaded as %s", weights.path(), other, name, target));
    }
  }

  private static String modern(String name, Set<String> network) {
    Matcher old = OLD_DENSENET.matcher(name);
    if (old.matches() && !network.contains(name)) {
      return old.group(1) + old.group(2);
    }
    return name;
  }

  /** The one head whose weight is there as a matrix; empty if there is none or more than one. */
  private static Optional<String> head(Predicate<String> isMatrix) {
    List<String> heads = HEADS.stream().filter(h -> isMatrix.test(h + ".weight")).toList();
    return heads.size() == 1 ? Optional.of(heads.get(0)) : Optional.empty();
  }
}
