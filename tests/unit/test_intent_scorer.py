"""The intent classifier as plain arrays gives what scikit-learn's own pipeline gives."""

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.calibration import CalibratedClassifierCV
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

from nlu.components.scorer import Scorer

TEXTS = {
    "ask_fee": ["多少钱", "要钱吗", "收费不", "交几多钱", "要不要钱"],
    "ask_place": ["在哪里办", "去哪办", "哪个窗口", "到哪里去办", "地址在哪"],
    "greet": ["你好", "您好啊", "在吗", "早上好", "你好呀"],
}


def test_the_scorer_gives_the_pipelines_probabilities() -> None:
    counter = CountVectorizer(analyzer="char", ngram_range=(1, 2))
    counts = counter.fit_transform([text for texts in TEXTS.values() for text in texts])
    labels = np.array([intent for intent, texts in TEXTS.items() for _ in texts])
    svm = LinearSVC(class_weight="balanced", random_state=0)
    pipeline = make_pipeline(TfidfTransformer(sublinear_tf=True), CalibratedClassifierCV(svm, cv=2, ensemble=False)).fit(counts, labels)
    (calibrated,) = pipeline[-1].calibrated_classifiers_
    scorer = Scorer(
        classes_=pipeline.classes_,
        idf=pipeline[0].idf_,
        weights=calibrated.estimator.coef_.T,
        bias=calibrated.estimator.intercept_,
        slopes=np.array([c.a_ for c in calibrated.calibrators]),
        offsets=np.array([c.b_ for c in calibrated.calibrators]),
    )
    messages = csr_matrix(counter.transform(["办这个要多少钱", "你好，去哪里办", "zzz"]))
    np.testing.assert_allclose(scorer.predict_proba(messages), pipeline.predict_proba(messages), atol=1e-12)
