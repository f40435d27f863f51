package io.blockwork.messages;

import io.blockwork.Architecture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What users can call: public constructors and methods of the packages that they import. */
final class PublicApi {
  private static final List<String> PACKAGES =
      List.of(
          "",
          ".data",
          ".image",
          ".loss",
          ".parameters",
          ".published",
          ".quantization",
          ".train",
          ".weights");

  /** What Java itself brings; and what users implement, or pass on, for the library to call. */
  private static final Set<String> OTHERS =
      Set.of(
          "equals",
          "valueOf",
          "apply",
          "mix",
          "evaluate",
          "check",
          "onStart",
          "onStep",
          "onEpoch",
          "onNote",
          "onValidating",
          "onValidation");

  /** Called by generated code alone. */
  private static final Set<Class<?>> GENERATED = Set.of(Architecture.Builder.class);

  private PublicApi() {}

  /** A constructor or method. */
  record Call(Executable member) {
    String name() {
      String type = member.getDeclaringClass().getName().replace("io.blockwork.", "");
      return member instanceof Constructor ? "new " + type : type + "." + member.getName();
    }

    boolean isOfInstance() {
      return member instanceof Method && !Modifier.isStatic(member.getModifiers());
    }

    void run(Optional<Object> instance, @Nullable Object... arguments)
        throws IllegalAccessException, InstantiationException, InvocationTargetException {
      if (member instanceof Constructor<?> constructor) {
        constructor.newInstance(arguments);
      } else {
        ((Method) member).invoke(instance.orElse(null), arguments);
      }
    }

    @Override
    public String toString() {
      return name() + Stream.of(member.getParameterTypes()).map(Class::getSimpleName).toList();
    }
  }

  /** All that take something, in order. */
  static List<Call> calls() throws IOException, URISyntaxException, ClassNotFoundException {
    List<Call> calls = new ArrayList<>();
    for (Class<?> type : types()) {
      List<Executable> members = new ArrayList<>(List.of(type.getDeclaredMethods()));
      if (!Modifier.isAbstract(type.getModifiers())) {
        members.addAll(List.of(type.getConstructors()));
      }
      members.stream()
          .filter(m -> Modifier.isPublic(m.getModifiers()) && !m.isSynthetic())
          .filter(m -> !OTHERS.contains(m.getName()))
          .filter(m -> m.getParameterCount() > 0)
          .sorted(Comparator.comparing(Executable::toGenericString))
          .forEach(m -> calls.add(new Call(m)));
    }
    return calls;
  }

  private static List<Class<?>> types()
      throws IOException, URISyntaxException, ClassNotFoundException {
    URI place =
        io.blockwork.Network.class.getProtectionDomain().getCodeSource().getLocation().toURI();
    Path path = Path.of(place);
    List<Class<?>> types = new ArrayList<>();
    if (Files.isDirectory(path)) {
      collect(path, types);
    } else {
      try (FileSystem jar = FileSystems.newFileSystem(path)) {
        collect(jar.getPath("/"), types);
      }
    }
    return types;
  }

  private static void collect(Path root, List<Class<?>> types) throws ClassNotFoundException {
    for (String each : PACKAGES) {
      Path folder =
          root.resolve(("io.blockwork" + each).replace(".", root.getFileSystem().getSeparator()));
      List<String> names;
      try (Stream<Path> files = Files.list(folder)) {
        names =
            files
                .map(file -> String.valueOf(file.getFileName()))
                .filter(name -> name.endsWith(".class") && !name.contains("-info"))
                .map(name -> "io.blockwork" + each + "." + name.substring(0, name.length() - 6))
                .sorted()
                .toList();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      for (String name : names) {
        Class<?> type = Class.forName(name, false, PublicApi.class.getClassLoader());
        if (isPublic(type)
            && !GENERATED.contains(type)
            && !type.isAnnotation()
            && !Throwable.class.isAssignableFrom(type)) {
          types.add(type);
        }
      }
    }
  }

  private static boolean isPublic(Class<?> type) {
    return Modifier.isPublic(type.getModifiers())
        && (type.getEnclosingClass() == null || isPublic(type.getEnclosingClass()));
  }
}
