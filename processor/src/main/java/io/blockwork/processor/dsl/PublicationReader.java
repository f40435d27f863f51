package io.blockwork.processor.dsl;

import io.blockwork.graph.ops.Shape;
import io.blockwork.image.Interpolation;
import io.blockwork.processor.spec.Message;
import io.blockwork.processor.spec.Shown;
import io.blockwork.published.PretrainedWeights;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.util.ElementFilter;
import org.jspecify.annotations.Nullable;

/** Reads the {@code @Published} of a network or block, and says what is wrong with them. */
public final class PublicationReader {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]+");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{8,64}");
  private static final int CHANNELS = 3;
  private static final int MOST = 1 << 14;

  private final Site site;
  private final Map<String, AnnotationValue> values = new HashMap<>();
  private final List<Fault> faults;

  private PublicationReader(Element element, AnnotationMirror annotation, List<Fault> faults) {
    this.site = Site.of(element, annotation);
    this.faults = faults;
    for (ExecutableElement member :
        ElementFilter.methodsIn(Names.type(annotation).getEnclosedElements())) {
      String name = member.getSimpleName().toString();
      if (member.getDefaultValue() != null) {
        values.put(name, member.getDefaultValue());
      }
      Names.written(annotation, name).ifPresent(value -> values.put(name, value));
    }
  }

  /**
   * The publications on an element, in order.
   *
   * @param faults what is wrong with them is added here; such ones are left out
   * @throws Unreadable if the compiler could make nothing of a part of one
   */
  public static List<Publication> read(Element element, List<Fault> faults) {
    Map<String, Publication> read = new HashMap<>();
    List<Publication> publications = new ArrayList<>();
    for (AnnotationMirror mirror : mirrors(element)) {
      int before = faults.size();
      var reader = new PublicationReader(element, mirror, faults);
      Publication publication = reader.publication();
      if (faults.size() > before) {
        continue;
      }
      if (read.putIfAbsent(publication.name(), publication) != null) {
        Site name = publication.site().member("name");
        faults.add(Fault.of(Message.PUBLISHED_TWICE, name, publication.name(), name(element)));
      } else {
        publications.add(publication);
      }
    }
    return publications;
  }

  private static String name(Element element) {
    return element.getSimpleName().toString();
  }

  /** The annotations, one or in their container. */
  private static List<AnnotationMirror> mirrors(Element element) {
    List<AnnotationMirror> mirrors = new ArrayList<>();
    for (AnnotationMirror mirror : element.getAnnotationMirrors()) {
      String name = Names.of(mirror);
      if (name.equals(Names.PUBLISHED)) {
        mirrors.add(mirror);
      } else if (name.equals(Names.PUBLISHED + ".Several")) {
        Object several =
            Names.written(mirror, "value").map(AnnotationValue::getValue).orElse(List.of());
        for (Object one : several instanceof List<?> list ? list : List.of()) {
          mirrors.add((AnnotationMirror) ((AnnotationValue) one).getValue());
        }
      }
    }
    return mirrors;
  }

  private Publication publication() {
    int before = faults.size();
    String name = text("name");
    String url = text("url");
    String sha256 = text("sha256");
    require(NAME.matcher(name).matches(), "name", name, "letters, digits, _, - and dots");
    require(url.isEmpty() || isWeb(url), "url", url, "an http or https address of a file");
    boolean digits = sha256.isEmpty() && url.isEmpty() || SHA256.matcher(sha256).matches();
    require(digits, "sha256", sha256, "8 to 64 hexadecimal digits of the file's SHA-256");
    int resize = pixels("resize");
    int crop = pixels("crop");
    List<Double> mean = decimals("mean");
    List<Double> std = decimals("std");
    boolean means = mean.size() == CHANNELS && mean.stream().allMatch(Double::isFinite);
    require(means, "mean", mean, "3 finite values: red, green and blue");
    boolean deviations =
        std.size() == CHANNELS && std.stream().allMatch(s -> s > 0 && Double.isFinite(s));
    require(deviations, "std", std, "3 values above 0: red, green and blue");
    PretrainedWeights weights = PretrainedWeights.named(name);
    if (faults.size() == before) {
      weights =
          weights
              .pictures(resize, crop, interpolation())
              .normalization(mean, std)
              .classes(texts("classNames").toArray(String[]::new));
      if (!url.isEmpty()) {
        weights = weights.file(url, sha256.toLowerCase(Locale.ROOT), 0);
      }
    }
    return new Publication(weights, text("with"), input(), site);
  }

  private void require(boolean right, String member, Object got, String expected) {
    if (!right) {
      String shown = Shown.text(String.valueOf(got));
      faults.add(Fault.of(Message.PUBLISHED_VALUE, site.member(member), member, shown, expected));
    }
  }

  private static boolean isWeb(String url) {
    try {
      URI address = new URI(url);
      String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
      String path = String.valueOf(address.getPath());
      return scheme.matches("https?")
          && address.getHost() != null
          && !path.endsWith("/")
          && path.contains("/");
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private int pixels(String member) {
    int pixels = whole(values.get(member), member);
    require(pixels >= 0 && pixels <= MOST, member, pixels, "from 0 to " + MOST + " pixels");
    return pixels;
  }

  private Shape input() {
    if (!(value("input") instanceof AnnotationMirror size)) {
      throw new Unreadable("input");
    }
    int[] sides = new int[CHANNELS];
    String[] members = {"channels", "height", "width"};
    for (int i = 0; i < CHANNELS; i++) {
      String member = members[i];
      AnnotationValue value =
          Names.written(size, member)
              .orElseGet(
                  () ->
                      ElementFilter.methodsIn(Names.type(size).getEnclosedElements()).stream()
                          .filter(each -> each.getSimpleName().contentEquals(member))
                          .findFirst()
                          .orElseThrow()
                          .getDefaultValue());
      sides[i] = whole(value, member);
      boolean right = sides[i] > 0 && sides[i] <= MOST;
      require(right, "input." + member, sides[i], "from 1 to " + MOST);
    }
    return new Shape(Math.max(1, sides[0]), Math.max(1, sides[1]), Math.max(1, sides[2]));
  }

  private Interpolation interpolation() {
    if (value("interpolation") instanceof VariableElement constant) {
      for (Interpolation each : Interpolation.values()) {
        if (constant.getSimpleName().contentEquals(each.name())) {
          return each;
        }
      }
    }
    throw new Unreadable("interpolation");
  }

  private Object value(String member) {
    AnnotationValue value = values.get(member);
    if (value == null) {
      throw new Unreadable(member);
    }
    return value.getValue();
  }

  private static int whole(@Nullable AnnotationValue value, String member) {
    if (value != null && value.getValue() instanceof Integer whole) {
      return whole;
    }
    throw new Unreadable(member);
  }

  private String text(String member) {
    if (value(member) instanceof String text) {
      return text;
    }
    throw new Unreadable(member);
  }

  private List<Double> decimals(String member) {
    List<Double> decimals = new ArrayList<>();
    for (Object each : value(member) instanceof List<?> list ? list : List.of()) {
      if (!(((AnnotationValue) each).getValue() instanceof Double decimal)) {
        throw new Unreadable(member);
      }
      decimals.add(decimal);
    }
    return decimals;
  }

  private List<String> texts(String member) {
    List<String> texts = new ArrayList<>();
    for (Object each : value(member) instanceof List<?> list ? list : List.of()) {
      if (!(((AnnotationValue) each).getValue() instanceof String text)) {
        throw new Unreadable(member);
      }
      texts.add(text);
    }
    return texts;
  }
}
