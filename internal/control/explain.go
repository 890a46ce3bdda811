package control

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/apns-sim/apns-sim/internal/vocabulary"
)

type explainList struct {
	Words []vocabulary.Entry `json:"words"`
}

func registerExplain(r *router) {
	tags := []string{"general"}
	register(r, huma.Operation{
		OperationID: "list-explanations", Method: http.MethodGet, Path: "/v1/explain", Tags: tags,
		Summary:     "What every word of the provider API means",
		Description: "Reasons, headers, push types and codes of advice, from the tables that the simulator itself runs by. The command explain prints the same.",
	}, func(context.Context, *struct{}) (*output[explainList], error) {
		return &output[explainList]{explainList{vocabulary.Entries()}}, nil
	})
	register(r, huma.Operation{
		OperationID: "explain", Method: http.MethodGet, Path: "/v1/explain/{word}", Tags: tags,
		Summary: "What a reason, header, push type or code of advice means, and what to do about it",
		Errors:  []int{http.StatusNotFound},
	}, func(_ context.Context, in *struct {
		Word string `path:"word" maxLength:"64" example:"BadDeviceToken" doc:"The word, in any case; the name of a header also without its apns-"`
	},
	) (*output[vocabulary.Entry], error) {
		entry, nearest := vocabulary.Find(in.Word)
		if entry == nil {
			return nil, reject(http.StatusNotFound, "nothing is called %q; did you mean %s? GET /v1/explain lists all words", in.Word, nearest)
		}
		return &output[vocabulary.Entry]{*entry}, nil
	})
}
