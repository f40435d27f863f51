package io.blockwork.architecture;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** What a release consists of. */
@DisplayName("The artifacts")
final class ReleaseTest {
  private static final Path ROOT = Path.of("..");

  /** Built, but not published. */
  private static final Set<String> OURS_ALONE = Set.of("blockwork-examples", "blockwork-tests");

  private static Element pom(Path folder) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(ROOT.resolve(folder).resolve("pom.xml").toFile())
        .getDocumentElement();
  }

  /** The text of a child, or nothing. */
  private static String child(Element parent, String name) {
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node.getNodeName().equals(name)) {
        return node.getTextContent().strip();
      }
    }
    return "";
  }

  private static List<Element> all(Element parent, String name) {
    NodeList found = parent.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }

  private static List<Element> modules() throws Exception {
    List<Element> poms = new ArrayList<>();
    for (Element module : all(pom(Path.of(".")), "module")) {
      poms.add(pom(Path.of(module.getTextContent())));
    }
    return poms;
  }

  @Test
  void allStandInTheBomWithTheProjectsVersion() throws Exception {
    Element bom = pom(Path.of("runtime/bom"));
    assertThat(child(bom, "version")).isEqualTo(child(pom(Path.of(".")), "version"));
    Set<String> listed = new TreeSet<>();
    for (Element dependency : all(bom, "dependency")) {
      assertThat(child(dependency, "version")).isEqualTo("${project.version}");
      listed.add(child(dependency, "artifactId"));
    }
    Set<String> published =
        modules().stream()
            .map(module -> child(module, "artifactId"))
            .filter(name -> !OURS_ALONE.contains(name) && !name.equals("blockwork-bom"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(listed).isEqualTo(published);
  }

  @Test
  void haveNamesAndSayWhatTheyAre() throws Exception {
    for (Element module : modules()) {
      assertThat(child(module, "name")).startsWith("Blockwork ");
      assertThat(child(module, "description")).endsWith(".");
      boolean published = !OURS_ALONE.contains(child(module, "artifactId"));
      List<Element> skipped = all(module, "maven.deploy.skip");
      assertWithMessage(child(module, "name")).that(skipped.isEmpty()).isEqualTo(published);
    }
  }

  /** The BOM has no parent, and so plugins of its own. */
  @Test
  void areBuiltByTheSamePlugins() throws Exception {
    TreeMap<String, String> project = new TreeMap<>();
    for (Element plugin : all(pom(Path.of(".")), "plugin")) {
      project.putIfAbsent(child(plugin, "artifactId"), child(plugin, "version"));
    }
    for (Element plugin : all(pom(Path.of("runtime/bom")), "plugin")) {
      String name = child(plugin, "artifactId");
      assertWithMessage(name).that(child(plugin, "version")).isEqualTo(project.get(name));
    }
  }

  @Test
  void haveASectionInTheChangelog() throws Exception {
    String version = child(pom(Path.of(".")), "version").replace("-SNAPSHOT", "");
    assertThat(changelog()).containsMatch("(?m)^## " + version.replace(".", "\\.") + "\\b");
  }

  private static String changelog() throws IOException {
    return Files.readString(ROOT.resolve(".github/CHANGELOG.md"));
  }
}
