package io.blockwork.processor;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.annotation.processing.Filer;
import javax.annotation.processing.ProcessingEnvironment;
import javax.annotation.processing.Processor;
import javax.annotation.processing.RoundEnvironment;
import javax.lang.model.element.Element;
import javax.lang.model.element.TypeElement;

/** Processing environments that watch what a processor writes, as Gradle does. */
final class Environments {
  private Environments() {}

  /** What happens before a file is written. */
  interface BeforeWriting {
    void accept(String name) throws IOException;
  }

  /** A processor whose files are noted, with the elements that they stem from. */
  static final class Wrapped extends javax.annotation.processing.AbstractProcessor {
    private final Processor processor;
    private final BeforeWriting before;
    private final Map<String, List<String>> origins = new LinkedHashMap<>();

    Wrapped(Processor processor, BeforeWriting before) {
      this.processor = processor;
      this.before = before;
    }

    /** The originating elements of each file. */
    Map<String, List<String>> origins() {
      return origins;
    }

    @Override
    public Set<String> getSupportedAnnotationTypes() {
      return processor.getSupportedAnnotationTypes();
    }

    @Override
    public Set<String> getSupportedOptions() {
      return processor.getSupportedOptions();
    }

    @Override
    public javax.lang.model.SourceVersion getSupportedSourceVersion() {
      return processor.getSupportedSourceVersion();
    }

    @Override
    public synchronized void init(ProcessingEnvironment environment) {
      super.init(environment);
      Filer filer = watched(environment.getFiler());
      processor.init(
          proxy(
              ProcessingEnvironment.class,
              environment,
              (method, args) -> method.equals("getFiler") ? Optional.of(filer) : Optional.empty()));
    }

    private Filer watched(Filer filer) {
      return proxy(
          Filer.class,
          filer,
          (method, args) -> {
            boolean source = method.equals("createSourceFile");
            if (source || method.equals("createResource")) {
              String name = String.valueOf(args[source ? 0 : 2]);
              List<String> from = new ArrayList<>();
              for (Element element : (Element[]) args[args.length - 1]) {
                from.add(element.toString());
              }
              origins.put(name, from);
              before.accept(name);
            }
            return Optional.empty();
          });
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
      return processor.process(annotations, round);
    }
  }

  private interface Answer {
    Optional<Object> to(String method, Object[] args) throws IOException;
  }

  private static <T> T proxy(Class<T> type, T target, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, args) -> {
              Optional<Object> own = answer.to(method.getName(), args);
              try {
                return own.isPresent() ? own.get() : method.invoke(target, args);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
