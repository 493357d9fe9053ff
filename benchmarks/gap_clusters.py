"""How well questions of one meaning are put together: python -m benchmarks.gap_clusters

The questions of the 答疑手册 tell which belong together: an entry's own. Its 787 entries are 787 different meanings, many
of them on one matter, which is harder than what citizens ask in a week. The encoder has not seen these questions.
"""

import numpy as np

from assistant.console import clusters
from assistant.settings import Settings
from assistant.shelf import open_library
from knowledge.loader import load

AT_LEAST = 3
"""Questions of an entry that is looked at."""


def main() -> None:
    """Print B-cubed precision and recall for some bounds."""
    settings = Settings()
    library = open_library(settings)
    entries = [(m.question, *m.similar) for m in load(settings.knowledge)[0].manual.values() if len(m.similar) >= AT_LEAST - 1]
    questions = [(question, n) for n, group in enumerate(entries) for question in group]
    vectors = library.index.encoder.encode([library.index.reader.lexicon.standardise(question) for question, _ in questions])
    owner = np.array([n for _, n in questions])
    print(f"{len(entries)} 条问答，{len(questions)} 句问法")
    for bound in (0.4, 0.5, 0.6, 0.7, 0.8):
        clusters.ALIKE = bound
        label = np.empty(len(questions), dtype=int)
        for n, group in enumerate(clusters.groups(vectors)):
            label[group] = n
        together, belong = label[:, None] == label[None], owner[:, None] == owner[None]
        both = (together & belong).sum(1)
        precision, recall = (both / together.sum(1)).mean(), (both / belong.sum(1)).mean()
        print(f"ALIKE {bound}：{label.max() + 1} 组，放在一起的对 {precision:.2f}，该在一起的找到 {recall:.2f}")


if __name__ == "__main__":
    main()
